//! Tags that move at a registry.

use keyrack_engine::{Engine, ImageRef, NodeSpec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::images::login;
use super::support::{Bench, get};

super::on_engines! { newer_content_of_a_tag_is_noticed_and_fetched }

/// `tester:registry secret`, as HTTP has it.
const BASIC: &str = "dGVzdGVyOnJlZ2lzdHJ5IHNlY3JldA==";

const MANIFESTS: &str =
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// One request to the registry: its answer's head and body.
async fn ask(registry: &str, method: &str, path: &str, headers: &str, body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(registry).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: {registry}\r\nAuthorization: Basic {BASIC}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec())
}

/// Lets a tag mean what another one means.
async fn point(registry: &str, tag: &str, to: &str) {
    let accept = format!("Accept: {MANIFESTS}\r\n");
    let (head, manifest) = ask(registry, "GET", &format!("/v2/app/manifests/{to}"), &accept, &[]).await;
    let kind = head.lines().find(|line| line.to_lowercase().starts_with("content-type:")).unwrap();
    let (head, _) = ask(registry, "PUT", &format!("/v2/app/manifests/{tag}"), &format!("{kind}\r\n"), &manifest).await;
    assert!(head.contains(" 201 "), "{head}");
}

async fn newer_content_of_a_tag_is_noticed_and_fetched(bench: Bench) {
    let registry = std::env::var("KEYRACK_TEST_REGISTRY").unwrap();
    let tag = format!("moving-{}", bench.installation());
    // Not the content that is also loaded under a name of its own: Podman knows that by several digests.
    point(&registry, &tag, "2").await;
    let image = ImageRef::parse(&format!("{registry}/app:{tag}")).unwrap();
    let spec = NodeSpec { image, ..bench.web() };
    let first = bench.fetch_as(&spec, true, Some(&login())).await.unwrap().digest;
    let spec = NodeSpec { digest: first.clone(), ..spec };
    let podman = bench.url.contains("podman");
    let newest = async || bench.engine.newest(&spec, Some(&login())).await.unwrap();
    // Podman has no way to ask without pulling.
    assert_eq!(newest().await, if podman { None } else { first.clone() });
    point(&registry, &tag, "1").await;
    if !podman {
        assert!(newest().await.is_some_and(|newest| Some(newest) != first));
        let refused = bench.engine.newest(&spec, None).await.unwrap_err();
        assert!(matches!(refused, keyrack_engine::EngineError::RegistryRefused(_)), "{refused:?}");
    }
    // What runs stays what it is, until the newest is asked for.
    assert_eq!(bench.fetch_as(&spec, false, Some(&login())).await.unwrap().digest, first);
    let asked = NodeSpec { digest: None, ..spec.clone() };
    let second = bench.fetch_as(&asked, true, Some(&login())).await.unwrap().digest;
    assert!(second.is_some() && second != first);
    // And back, although the tag means something else by now.
    let _started = bench.engine.start(&NodeSpec { digest: second, ..spec.clone() }).await.unwrap();
    bench.engine.stop(spec.id, std::time::Duration::ZERO).await.unwrap();
    let back = NodeSpec { image: spec.image.with_tag(first.as_deref().unwrap()).unwrap(), ..spec.clone() };
    let fetched = bench.fetch_as(&back, true, Some(&login())).await.unwrap().digest;
    // Podman gives one image several digests, and says another one once it was pulled by this one.
    assert!(podman && fetched.is_some() || fetched == first, "{fetched:?}");
    let _started = bench.engine.start(&back).await.unwrap();
    bench.engine.until_answers(&back).await;
    assert!(get(back.address, "/").await.is_some());
    bench.remove(&[&spec]).await;
}
