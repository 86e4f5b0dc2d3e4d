//! Where images come from, and why one cannot be had.

use std::sync::Mutex;

use keyrack_engine::docker::{Allowed, ContainerEngine};
use keyrack_engine::{Engine, EngineError, Fetch, ImageRef, NodeSpec, RegistryLogin};

use super::support::{Bench, WEB, get};

super::on_engines! {
    an_image_is_pulled_with_a_password_and_its_digest_is_told, why_an_image_cannot_be_had_is_told_apart,
    an_image_is_chosen_by_its_digest, a_node_keeps_its_content_when_the_tag_moves, only_allowed_images_run,
    an_engine_that_is_away_says_so_at_once,
}

fn login() -> RegistryLogin {
    RegistryLogin { user: "tester".into(), password: "registry secret".into() }
}

fn from_registry(bench: &Bench, image: &str) -> NodeSpec {
    let registry = std::env::var("KEYRACK_TEST_REGISTRY").unwrap();
    NodeSpec { image: ImageRef::parse(&format!("{registry}/{image}")).unwrap(), ..bench.web() }
}

async fn an_image_is_pulled_with_a_password_and_its_digest_is_told(bench: Bench) {
    let spec = from_registry(&bench, "app:1");
    let told = Mutex::new(Vec::new());
    let progress = |text: String| told.lock().unwrap().push(text);
    let login = login();
    let fetched =
        bench.engine.fetch(&spec, Fetch { login: Some(&login), newest: true, progress: &progress }).await.unwrap();
    assert!(fetched.listens);
    let digest = fetched.digest.unwrap();
    assert!(digest.starts_with("sha256:") && digest.len() == 71, "{digest}");
    assert!(told.lock().unwrap().iter().all(|text| text.contains("app:1")));
    // The password is needed at every pull, whoever pulled before.
    let refused = bench.fetch(&spec, true).await.unwrap_err();
    assert!(matches!(refused, EngineError::RegistryRefused(_)), "{refused:?}");
    // What is here needs no registry.
    assert_eq!(bench.fetch(&spec, false).await.unwrap().digest, Some(digest));
}

async fn why_an_image_cannot_be_had_is_told_apart(bench: Bench) {
    let wrong = RegistryLogin { password: "guess".into(), ..login() };
    let refused = bench.fetch_as(&from_registry(&bench, "app:1"), true, Some(&wrong)).await.unwrap_err();
    assert!(matches!(&refused, EngineError::RegistryRefused(text) if !text.contains("guess")), "{refused:?}");
    for image in ["app:none", "nothing:1"] {
        let absent = bench.fetch_as(&from_registry(&bench, image), false, Some(&login())).await.unwrap_err();
        assert!(matches!(&absent, EngineError::ImageAbsent(text) if text.contains(image)), "{absent:?}");
    }
    let absent =
        bench.fetch(&NodeSpec { image: ImageRef::parse("localhost/none:1").unwrap(), ..bench.web() }, false).await;
    assert!(matches!(absent, Err(EngineError::ImageAbsent(_))), "{absent:?}");
    let elsewhere = NodeSpec { image: ImageRef::parse("127.0.0.1:9/app:1").unwrap(), ..bench.web() };
    let away = bench.fetch(&elsewhere, false).await.unwrap_err();
    assert!(matches!(away, EngineError::Away(_)), "{away:?}");
    let other = bench.fetch_as(&from_registry(&bench, "other:1"), false, Some(&login())).await.unwrap_err();
    assert!(matches!(other, EngineError::UnknownImage(_)), "{other:?}");
}

async fn an_image_is_chosen_by_its_digest(bench: Bench) {
    let tagged = from_registry(&bench, "app:2");
    let digest = bench.fetch_as(&tagged, true, Some(&login())).await.unwrap().digest.unwrap();
    let spec = NodeSpec { image: tagged.image.with_tag(&digest).unwrap(), ..bench.web() };
    assert_eq!(bench.fetch_as(&spec, false, Some(&login())).await.unwrap().digest, Some(digest));
    let _started = bench.engine.start(&spec).await.unwrap();
    bench.engine.until_answers(&spec).await;
    bench.remove(&[&spec]).await;
    let none = tagged.image.with_tag(&format!("sha256:{}", "0".repeat(64))).unwrap();
    let absent = bench.fetch_as(&NodeSpec { image: none, ..bench.web() }, false, Some(&login())).await.unwrap_err();
    assert!(matches!(absent, EngineError::ImageAbsent(_)), "{absent:?}");
}

async fn a_node_keeps_its_content_when_the_tag_moves(bench: Bench) {
    let (one, two) = (from_registry(&bench, "app:1"), from_registry(&bench, "app:2"));
    let first = bench.fetch_as(&one, true, Some(&login())).await.unwrap().digest;
    let second = bench.fetch_as(&two, true, Some(&login())).await.unwrap().digest;
    assert_ne!(first, second);
    // As if the tag meant the other content by now: the digest counts.
    let spec = NodeSpec { digest: first.clone(), ..two };
    let _started = bench.engine.start(&spec).await.unwrap();
    bench.engine.until_answers(&spec).await;
    let listed =
        bench.client.inspect_container(&format!("keyrack-{}-shop-cp-{}", installation(&bench), spec.id), None).await;
    let image = listed.unwrap().image.unwrap();
    let digests = bench.client.inspect_image(&image).await.unwrap().repo_digests.unwrap_or_default();
    assert!(digests.iter().any(|one| one.ends_with(first.as_deref().unwrap())), "{digests:?}");
    bench.remove(&[&spec]).await;
}

fn installation(bench: &Bench) -> String {
    let text = std::fs::read_to_string(bench.folder().join("containers/nodes.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&text).unwrap();
    kept["installation"].as_str().unwrap()[..8].to_owned()
}

async fn only_allowed_images_run(bench: Bench) {
    let folder = tempfile::tempdir().unwrap();
    let allowed = Allowed::new(vec!["localhost/keyrack/web-*".into()]);
    let engine = ContainerEngine::open(folder.path(), vec![bench.url.parse().unwrap()], allowed).unwrap();
    let check = async |image: &str| engine.check(&ImageRef::parse(image).unwrap(), None, &Default::default()).await;
    assert!(check(WEB).await.is_ok());
    let refused = check("localhost/keyrack/test:1").await.unwrap_err();
    assert!(
        matches!(&refused, EngineError::NotAllowed(text) if text.contains("localhost/keyrack/web-*")),
        "{refused:?}"
    );
    let refused = engine.start(&bench.running("true")).await.unwrap_err();
    assert!(matches!(refused, EngineError::NotAllowed(_)), "{refused:?}");
}

async fn an_engine_that_is_away_says_so_at_once(bench: Bench) {
    let spec = bench.web();
    let _started = bench.engine.start(&spec).await.unwrap();
    bench.engine.until_answers(&spec).await;
    assert!(get(spec.address, "/").await.is_some_and(|page| page.contains("hello")));
    assert_eq!(bench.engine.away(&spec), None);
    bench.remove(&[&spec]).await;
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!("unix://{}/none.sock", folder.path().display());
    let engine = ContainerEngine::open(folder.path(), vec![nowhere.parse().unwrap()], Allowed::default()).unwrap();
    let away = engine.start(&spec).await.unwrap_err();
    assert!(matches!(&away, EngineError::Away(text) if text.contains("none.sock")), "{away:?}");
}
