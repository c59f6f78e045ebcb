//! HTTP clients: for this machine, and for edges and servers elsewhere.

use reqwest::{Client, ClientBuilder};

/// A client for a server of one's own on this machine, which speaks plain HTTP: it needs no certificates, and no proxy
/// stands in between.
pub fn local() -> ClientBuilder {
    builder().no_proxy().tls_certs_only([])
}

/// A client for the network: TLS with the certificates that this machine trusts, proxies by the environment. It follows
/// no redirection, because what it sends (keys, telemetry) is meant for the host that was named.
pub fn remote() -> ClientBuilder {
    builder().redirect(reqwest::redirect::Policy::none())
}

fn builder() -> ClientBuilder {
    // Refused if it was installed before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}
