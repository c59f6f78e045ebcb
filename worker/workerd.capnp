# The same Worker on one's own machine, without an account:
#
#   REGIONS=seoul FLEET_KEY=... ADMIN_KEY=... workerd serve worker/workerd.capnp --directory-path data=/var/lib/bonghwa-edge \
#     --socket-addr http=127.0.0.1:8787
#
# `cargo xtask worker build` makes build/. What the variables mean stands in wrangler.toml; one that is not set is empty.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "data", disk = (writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "edge")],
);

const edge :Workerd.Worker = (
  compatibilityDate = "2026-03-01",
  modules = [
    (name = "index.js", esModule = embed "build/index.js"),
    (name = "index_bg.wasm", wasm = embed "build/index_bg.wasm"),
  ],
  bindings = [
    (name = "REGIONS", fromEnvironment = "REGIONS"),
    (name = "SESSION_COOKIES", fromEnvironment = "SESSION_COOKIES"),
    (name = "USER_COOKIES", fromEnvironment = "USER_COOKIES"),
    (name = "ENTRY_SERVICES", fromEnvironment = "ENTRY_SERVICES"),
    (name = "LOGINS", fromEnvironment = "LOGINS"),
    (name = "RETENTION_SECONDS", fromEnvironment = "RETENTION_SECONDS"),
    (name = "FLEET_KEY", fromEnvironment = "FLEET_KEY"),
    (name = "ADMIN_KEY", fromEnvironment = "ADMIN_KEY"),
    (name = "REGION", durableObjectNamespace = "Region"),
    (name = "NATION", durableObjectNamespace = "Nation"),
  ],
  durableObjectNamespaces = [
    (className = "Region", uniqueKey = "bonghwa-region", enableSql = true),
    (className = "Nation", uniqueKey = "bonghwa-nation", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "data"),
);
