FROM docker.io/litestream/litestream:0.5.17 AS litestream

FROM docker.io/library/node:26.10.0-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Which commit this is: `--build-arg COMMIT=$(git rev-parse --short HEAD)`.
ARG COMMIT
ENV NEXT_TELEMETRY_DISABLED=1
RUN npm run build
COPY --from=litestream /usr/local/bin/litestream /usr/local/bin/
RUN node bin/warm.mjs

# The root of the image: the server, Node, the libraries that Node is linked to, and the
# certificates that Litestream checks Google's with (Mozilla's, as Node carries them).
RUN mkdir -p /image/etc/ssl/certs /image/usr/local/bin /image/app /image/data /image/tmp \
    && cp /usr/local/bin/node /image/usr/local/bin/ \
    && ldd /usr/local/bin/node | grep -o '/[^ ]*' | xargs cp --parents --dereference --target-directory=/image \
    && node -p "require('tls').rootCertificates.join('\n')" > /image/etc/ssl/certs/ca-certificates.crt \
    && cp -r .next/standalone/. /image/app/ \
    && cp litestream.yml /image/etc/ \
    && chmod 1777 /image/data /image/tmp

# No shell, no package manager: what isn't there needs no update and helps no intruder.
FROM scratch
COPY --from=build /image /
COPY --from=litestream /usr/local/bin/litestream /usr/local/bin/
ENV PATH=/usr/local/bin NODE_ENV=production PORT=8080 DATA_DIR=/data \
    NODE_COMPILE_CACHE=/app/compile-cache NODE_COMPILE_CACHE_PORTABLE=1 NODE_COMPILE_CACHE_READONLY=1 \
    NODE_OPTIONS=--max-old-space-size-percentage=40 GOMEMLIMIT=64MiB \
    METRICS_PORT=9464 LITESTREAM_METRICS=127.0.0.1:9465
USER 65532:65532
WORKDIR /app
EXPOSE 8080
ENTRYPOINT ["litestream", "replicate", "-config", "/etc/litestream.yml", "-exec", "node server.js"]
