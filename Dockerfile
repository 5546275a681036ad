# Where the images below come from. Cloud Build asks Google's copy of Docker Hub, mirror.gcr.io,
# before Docker Hub, which lets an address fetch few without an account. Where it says
# `toomanyrequests` all the same, put mirror.gcr.io here, or a remote repository of your own.
ARG REGISTRY=docker.io

# Upstream's own image. Where that can't be pulled (`not found`, `manifest unknown`), put
# library/golang:1.26 here, or `--build-arg LITESTREAM=library/golang:1.26`: then Go builds the same
# version in some minutes, from sources that it verifies with its checksum database.
ARG LITESTREAM_VERSION=0.5.18
ARG LITESTREAM=litestream/litestream:${LITESTREAM_VERSION}

FROM ${REGISTRY}/library/node:26.10.0-slim AS node

# `not found`, `manifest unknown`? See LITESTREAM above.
FROM ${REGISTRY}/${LITESTREAM} AS litestream
ARG LITESTREAM_VERSION
RUN command -v litestream || CGO_ENABLED=0 GOBIN=/usr/local/bin go install -trimpath \
    -ldflags "-s -w -X main.Version=${LITESTREAM_VERSION}" \
    "github.com/benbjohnson/litestream/cmd/litestream@v${LITESTREAM_VERSION}"

# What is the same in each release has the same bytes in each build, times of folders included: its
# layers are stored once. First: Node, the libraries that it is linked to, Litestream, and the
# certificates that Litestream checks Google's with (Mozilla's, as Node carries them).
FROM node AS runtime
# Of Node's file what is ever loaded: 33 MB of symbols, which only debuggers read, stand behind it.
RUN mkdir -p /image/usr/local/bin && cd /image/usr/local/bin \
    && node -e " \
        const elf = fs.readFileSync(process.execPath); \
        const [table, size, count] = [elf.readUInt32LE(32), elf.readUInt16LE(54), elf.readUInt16LE(56)]; \
        const ends = Array.from({ length: count }, (_, n) => table + n * size) \
            .map((at) => elf.readUInt32LE(at + 8) + elf.readUInt32LE(at + 32)); \
        elf.fill(0, 40, 48).fill(0, 60, 64); \
        fs.writeFileSync('node', elf.subarray(0, Math.max(...ends)), { mode: 0o755 })" \
    && ./node --version || cp /usr/local/bin/node .
COPY --from=litestream /usr/local/bin/litestream /usr/local/bin/
RUN mkdir -p /image/etc/ssl/certs /image/data /image/tmp \
    && cp /usr/local/bin/litestream /image/usr/local/bin/ \
    && ldd /usr/local/bin/node | grep -o '/[^ ]*' | xargs cp --parents --dereference --target-directory=/image \
    && node -p "require('tls').rootCertificates.join('\n')" > /image/etc/ssl/certs/ca-certificates.crt \
    && chmod 1777 /image/data /image/tmp \
    && find /image -exec touch --no-dereference --date=@0 {} +

FROM node AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY packages/streamkeeper/package.json packages/streamkeeper/
# better-sqlite3 brings its binaries, and npm would compile it all the same. A package that does need its
# install script gets it by `npm rebuild NAME`, in a line below.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY --from=litestream /usr/local/bin/litestream /usr/local/bin/
COPY . .
# Which commit this is: `--build-arg COMMIT=$(git rev-parse --short HEAD)`.
ARG COMMIT
ENV NEXT_TELEMETRY_DISABLED=1
# With the same key in each build, an open page's forms survive a deploy:
# `--secret id=NEXT_SERVER_ACTIONS_ENCRYPTION_KEY,src=data/server-actions.key`.
RUN --mount=type=secret,id=NEXT_SERVER_ACTIONS_ENCRYPTION_KEY npm run build -- --warm
# Second: the app's libraries. Third: the app.
RUN mkdir -p /libraries/app /app/etc \
    && mv .next/standalone/node_modules /libraries/app/ \
    && find /libraries -exec touch --no-dereference --date=@0 {} + \
    && mv .next/standalone /app/app \
    && cp litestream.yml /app/etc/

# No shell, no package manager: what isn't there needs no update and helps no intruder.
FROM scratch
COPY --from=runtime /image /
COPY --from=build /libraries /
COPY --from=build /app /
ENV PATH=/usr/local/bin NODE_ENV=production PORT=8080 DATA_DIR=/data \
    NODE_OPTIONS=--max-old-space-size-percentage=40 GOMEMLIMIT=64MiB \
    METRICS_PORT=9464 LITESTREAM_METRICS=127.0.0.1:9465
USER 65532:65532
WORKDIR /app
EXPOSE 8080
ENTRYPOINT ["litestream", "replicate", "-config", "/etc/litestream.yml", "-exec", "node server.js"]
