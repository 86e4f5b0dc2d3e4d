//! The site's files (WASM, JavaScript, CSS, icons), made by `cargo xtask site` and held inside the binary.
//!
//! **Caching.** File names carry no hashes; instead everything under `pkg/` is served below one path segment that is a
//! hash over all of `pkg/`: `/pkg/1f0e…/keyrack.wasm`, kept by browsers for a year. [`pkg_dir`] is that path and goes
//! into `LeptosOptions::site_pkg_dir`, from which the pages' links are made. So the three files of one build always
//! go together, nothing is rewritten, and no list of hashes has to lie beside the binary. A page of another build asks
//! for another path and gets 404, never a mixture; as every page works without WASM, that page still works.
//! Everything else (`/favicon.svg`, also `/pkg/keyrack.css`) is revalidated with a strong ETag.
//!
//! **Compression** was done by the build. A request gets brotli, gzip or the plain file, whichever it prefers.
//!
//! In a debug build the files are read from disk, once, when the server starts.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use axum::{
    Router,
    body::Body,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
struct Files;

static SITE: LazyLock<Site> =
    LazyLock::new(|| Site::new(Files::iter().filter_map(|name| Files::get(&name).map(|file| (name, file)))));

/// `pkg/` and the hash of what is in it: the value for `LeptosOptions::site_pkg_dir`.
pub fn pkg_dir() -> String {
    format!("pkg/{}", SITE.version)
}

/// The message of a debug build that is started before the site was made. A release binary always holds it.
pub fn missing() -> Option<&'static str> {
    let there = SITE.files.contains_key("pkg/keyrack.wasm");
    (!there).then_some("the site's files are missing: run `cargo xtask site`")
}

/// Routes for all files of the site. They are known, so there is no wildcard outside `/pkg` that could take another
/// room's path.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    routes(&SITE)
}

fn routes<S: Clone + Send + Sync + 'static>(site: &'static Site) -> Router<S> {
    let mut router = Router::new().route(
        "/pkg/{*path}",
        get(async |Path(path): Path<String>, headers: HeaderMap| match path.split_once('/') {
            Some((version, file)) if version == site.version => site.serve(&format!("pkg/{file}"), &headers, FOREVER),
            _ => site.serve(&format!("pkg/{path}"), &headers, REVALIDATE),
        }),
    );
    for name in site.files.keys().filter(|name| !name.starts_with("pkg/")) {
        router =
            router.route(&format!("/{name}"), get(async |headers: HeaderMap| site.serve(name, &headers, REVALIDATE)));
    }
    router
}

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

struct Site {
    version: String,
    files: BTreeMap<String, File>,
}

struct File {
    kind: HeaderValue,
    /// The plain file is always there and comes last; before it those that are smaller, preferred ones first.
    variants: Vec<Variant>,
}

struct Variant {
    coding: &'static str,
    etag: HeaderValue,
    body: Bytes,
}

impl Site {
    fn new(embedded: impl Iterator<Item = (Cow<'static, str>, rust_embed::EmbeddedFile)>) -> Site {
        let mut bodies = BTreeMap::new();
        for (name, file) in embedded {
            let hash: String = file.metadata.sha256_hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
            let body = match file.data {
                Cow::Borrowed(data) => Bytes::from_static(data),
                Cow::Owned(data) => Bytes::from(data),
            };
            bodies.insert(name.into_owned(), (hash, body));
        }

        let mut version = Fnv::new();
        let mut files = BTreeMap::new();
        for (name, (hash, body)) in &bodies {
            let packed = |suffix: &str| name.strip_suffix(suffix).is_some_and(|plain| bodies.contains_key(plain));
            if packed(".br") || packed(".gz") {
                continue;
            }
            if name.starts_with("pkg/") {
                version.add(name);
                version.add(hash);
            }
            let mut variants = Vec::new();
            for (coding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
                if let Some((_, smaller)) = bodies.get(&format!("{name}{suffix}")) {
                    variants.push(Variant::new(coding, hash, smaller));
                }
            }
            variants.push(Variant::new(IDENTITY, hash, body));
            files.insert(name.clone(), File { kind: content_type(name), variants });
        }
        Site { version: format!("{:016x}", version.0), files }
    }

    fn serve(&self, name: &str, request: &HeaderMap, cache: HeaderValue) -> Response {
        let Some(file) = self.files.get(name) else {
            return (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], "Not found\n").into_response();
        };
        let variant = file.choose(request);
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::ETAG, variant.etag.clone());
        headers.insert(header::CACHE_CONTROL, cache);
        if file.variants.len() > 1 {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if matches(request, &variant.etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::CONTENT_TYPE, file.kind.clone());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if variant.coding != IDENTITY {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(variant.coding));
        }
        (headers, Body::from(variant.body.clone())).into_response()
    }
}

const IDENTITY: &str = "identity";

impl File {
    /// The variant that the request rates highest; among equals the smaller one. The plain file when nothing fits.
    fn choose(&self, request: &HeaderMap) -> &Variant {
        let accepted: Vec<(&str, f32)> = request
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|item| {
                let mut parts = item.split(';').map(str::trim);
                let coding = parts.next().unwrap_or_default();
                let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
                (coding, quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0)))
            })
            .collect();
        let quality = |coding: &str| {
            let named = accepted.iter().find(|(name, _)| name.eq_ignore_ascii_case(coding));
            // Unnamed, the plain file is welcome whenever nothing better is.
            let unnamed = if coding == IDENTITY { f32::MIN_POSITIVE } else { 0.0 };
            named.or_else(|| accepted.iter().find(|(name, _)| *name == "*")).map_or(unnamed, |(_, quality)| *quality)
        };
        let mut best = &self.variants[self.variants.len() - 1];
        let mut best_quality = quality(best.coding);
        for variant in self.variants.iter().rev().skip(1) {
            let quality = quality(variant.coding);
            if quality > 0.0 && quality >= best_quality {
                (best, best_quality) = (variant, quality);
            }
        }
        best
    }
}

impl Variant {
    fn new(coding: &'static str, hash: &str, body: &Bytes) -> Variant {
        let etag = HeaderValue::try_from(format!("\"{hash}-{coding}\"")).expect("hexadecimal digits");
        Variant { coding, etag, body: body.clone() }
    }
}

/// If-None-Match, compared weakly as the standard says.
fn matches(request: &HeaderMap, etag: &HeaderValue) -> bool {
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == etag.as_bytes())
}

fn content_type(name: &str) -> HeaderValue {
    HeaderValue::from_static(match name.rsplit_once('.').map(|(_, kind)| kind) {
        Some("wasm") => "application/wasm",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/vnd.microsoft.icon",
        Some("woff2") => "font/woff2",
        Some("ttf") => "font/ttf",
        Some("txt") => "text/plain; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("xml") => "application/xml",
        _ => "application/octet-stream",
    })
}

/// FNV-1a over hashes that are already good ones: distinguishes builds, protects nothing.
struct Fnv(u64);

impl Fnv {
    fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, Request};
    use rust_embed::{EmbeddedFile, Metadata};
    use tower::ServiceExt;

    use super::*;

    fn file(name: &'static str, data: &'static [u8], hash: u8) -> (Cow<'static, str>, EmbeddedFile) {
        let metadata = Metadata::__rust_embed_new([hash; 32], None, None);
        (name.into(), EmbeddedFile { data: data.into(), metadata })
    }

    fn site(wasm_hash: u8) -> &'static Site {
        Box::leak(Box::new(Site::new(
            [
                file("favicon.svg", b"<svg/>", 1),
                file("pkg/keyrack.js", b"plain javascript", 2),
                file("pkg/keyrack.js.br", b"br", 3),
                file("pkg/keyrack.js.gz", b"gzip", 4),
                file("pkg/keyrack.wasm", b"\0asm", wasm_hash),
            ]
            .into_iter(),
        )))
    }

    async fn call(method: Method, path: &str, headers: &[(header::HeaderName, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        routes::<()>(site(9)).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn body(response: Response) -> Bytes {
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()
    }

    #[tokio::test]
    async fn a_file_of_this_build_is_kept_forever_and_one_of_another_build_is_not_found() {
        let version = &site(9).version;
        let response = call(Method::GET, &format!("/pkg/{version}/keyrack.wasm"), &[]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/wasm");
        assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(body(response).await, "\0asm");

        let other = &site(10).version;
        assert_ne!(version, other);
        let response = call(Method::GET, &format!("/pkg/{other}/keyrack.wasm"), &[]).await;
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["cache-control"], "no-store");
    }

    #[tokio::test]
    async fn without_the_hash_a_file_is_revalidated() {
        for path in ["/favicon.svg", "/pkg/keyrack.js"] {
            let response = call(Method::GET, path, &[]).await;
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()["cache-control"], "no-cache");
            let etag = response.headers()["etag"].to_str().unwrap().to_owned();
            for tag in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
                let response = call(Method::GET, path, &[(header::IF_NONE_MATCH, &tag)]).await;
                assert_eq!(response.status(), 304, "{path} {tag}");
                assert_eq!(response.headers()["etag"], etag);
                assert_eq!(body(response).await, "");
            }
            let response = call(Method::GET, path, &[(header::IF_NONE_MATCH, "\"x\"")]).await;
            assert_eq!(response.status(), 200);
        }
    }

    #[tokio::test]
    async fn the_request_chooses_the_compression() {
        for (accept, coding, contents) in [
            ("gzip, deflate, br, zstd", Some("br"), "br"),
            ("gzip", Some("gzip"), "gzip"),
            ("GZIP;q=0.5", Some("gzip"), "gzip"),
            ("br;q=0.5, gzip;q=0.8", Some("gzip"), "gzip"),
            ("br;q=0, *", Some("gzip"), "gzip"),
            ("*", Some("br"), "br"),
            ("identity", None, "plain javascript"),
            ("br;q=0.2, identity;q=0.9", None, "plain javascript"),
            ("br;q=0, gzip;q=0", None, "plain javascript"),
            ("br;q=nonsense", None, "plain javascript"),
            ("", None, "plain javascript"),
        ] {
            let response = call(Method::GET, "/pkg/keyrack.js", &[(header::ACCEPT_ENCODING, accept)]).await;
            let found = response.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(found.as_deref(), coding, "{accept}");
            assert_eq!(response.headers()["vary"], "accept-encoding");
            assert_eq!(response.headers()["content-type"], "text/javascript; charset=utf-8");
            assert_eq!(body(response).await, contents, "{accept}");
        }
    }

    #[tokio::test]
    async fn each_compression_has_its_own_etag() {
        let br = call(Method::GET, "/pkg/keyrack.js", &[(header::ACCEPT_ENCODING, "br")]).await;
        let plain = call(Method::GET, "/pkg/keyrack.js", &[]).await;
        assert_ne!(br.headers()["etag"], plain.headers()["etag"]);
    }

    #[tokio::test]
    async fn head_says_what_get_would_send() {
        let response = call(Method::HEAD, "/pkg/keyrack.js", &[]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-length"], "16");
        assert_eq!(body(response).await, "");
    }

    #[tokio::test]
    async fn nothing_else_is_served() {
        for path in ["/pkg/", "/pkg/keyrack.js.br", "/pkg/../Cargo.toml", "/pkg/%2e%2e/Cargo.toml", "/Cargo.toml"] {
            assert_eq!(call(Method::GET, path, &[]).await.status(), 404, "{path}");
        }
        assert_eq!(call(Method::POST, "/favicon.svg", &[]).await.status(), 405);
    }
}
