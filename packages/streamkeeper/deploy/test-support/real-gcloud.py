"""Hands commands to gcloud's own parser, and runs none of them. gcloud's `meta lint-gcloud-commands`
does the same, but reads a line and not its arguments, and takes a quarter of a second for each.

Reads a JSON list of lists of arguments, writes a JSON list of what is wrong with each, or null.
"""

import json
import os
import re
import sys

# What is in the GA track of a gcloud that may be newer than the one here.
SOON_IN_GA = {'--max'}

installation = sys.argv[1]
sys.path[:0] = [
    os.path.join(installation, 'lib', 'third_party'),
    os.path.join(installation, 'lib'),
]

from googlecloudsdk import gcloud_main  # noqa: E402

top = gcloud_main.CreateCLI([])._TopElement()


def problem(args):
    found = problem_in_track(args)
    beta_only = re.findall(r'(--[\w-]+) flag is available in one or more alternate', found or '')
    if beta_only and SOON_IN_GA.issuperset(beta_only):
        return problem_in_track(['beta', *args])
    return found


def problem_in_track(args):
    node, rest = top, list(args)
    while node.is_group:
        if not rest:
            return 'IncompleteCommand: that is a group of commands'
        name = rest.pop(0)
        node = node.LoadSubElement(name)
        if node is None:
            return f"UnknownCommand: Invalid choice: '{name}'"
    try:
        node._parser.parse_args(rest, raise_error=True)
    except Exception as error:
        return f'{type(error).__name__}: {error}'


json.dump([problem(args) for args in json.load(sys.stdin)], sys.stdout)
