//! Files of containers.

use std::fs::File;
use std::io::Write;

use keyrack_engine::{Content, Engine, EngineError, FileDone, FileKind, FileWork, NodePath, NodeSpec, Pattern};

use super::support::Bench;

super::on_engines! {
    files_are_written_read_listed_and_removed, files_can_be_worked_on_while_it_does_not_run,
    a_link_leads_nowhere_but_into_the_container, content_is_exchanged_all_at_once, a_copy_has_the_files,
}

fn path(text: &str) -> NodePath {
    NodePath::parse(text).unwrap()
}

async fn work(bench: &Bench, spec: &NodeSpec, work: FileWork) -> Result<FileDone, EngineError> {
    bench.engine.work_on_files(spec, work).await
}

async fn text(bench: &Bench, spec: &NodeSpec, name: &str) -> String {
    match work(bench, spec, FileWork::Read(path(name))).await {
        Ok(FileDone::Text(text)) => text,
        other => panic!("{name}: {other:?}"),
    }
}

fn write(name: &str, body: &str, append: bool) -> FileWork {
    FileWork::Write { path: path(name), body: body.into(), append }
}

async fn files_are_written_read_listed_and_removed(bench: Bench) {
    let spec = bench.running("sleep 1000");
    let _started = bench.engine.start(&spec).await.unwrap();
    work(&bench, &spec, write("srv/a/file one", "first\n", false)).await.unwrap();
    work(&bench, &spec, write("srv/a/file one", "second\n", true)).await.unwrap();
    assert_eq!(text(&bench, &spec, "srv/a/file one").await, "first\nsecond\n");
    let replace = FileWork::Replace {
        path: path("srv/a/file one"),
        pattern: Pattern::parse("s(.)").unwrap(),
        replacement: "$1$1".into(),
        nth: None,
    };
    assert_eq!(work(&bench, &spec, replace).await, Ok(FileDone::Replaced(2)));
    assert_eq!(text(&bench, &spec, "srv/a/file one").await, "firtt\neecond\n");
    let exists = work(&bench, &spec, FileWork::Create { path: path("srv/a"), folder: true }).await;
    assert_eq!(exists, Err(EngineError::FileExists("/srv/a".into())));
    work(&bench, &spec, FileWork::Create { path: path("srv/a/empty"), folder: true }).await.unwrap();
    work(&bench, &spec, FileWork::Copy { from: path("srv/a"), to: path("srv/b") }).await.unwrap();
    work(&bench, &spec, FileWork::Rename { from: path("srv/b/file one"), to: path("srv/c/two") }).await.unwrap();
    let Ok(FileDone::Entries(entries)) = work(&bench, &spec, FileWork::List(path("srv"))).await else {
        panic!("a list")
    };
    let names: Vec<_> = entries.iter().map(|one| (one.path.to_string(), one.kind)).collect();
    assert_eq!(names, ["/srv/a", "/srv/b", "/srv/c"].map(|name| (name.to_owned(), FileKind::Folder)));
    work(&bench, &spec, FileWork::Delete(path("srv/a"))).await.unwrap();
    assert_eq!(work(&bench, &spec, FileWork::Delete(path("srv/a"))).await, Err(EngineError::NoFile("/srv/a".into())));
    assert!(matches!(work(&bench, &spec, FileWork::Read(path("srv"))).await, Err(EngineError::BadFile(_))));
    assert_eq!(work(&bench, &spec, FileWork::Read(path("none"))).await, Err(EngineError::NoFile("/none".into())));
    bench.remove(&[&spec]).await;
}

async fn files_can_be_worked_on_while_it_does_not_run(bench: Bench) {
    let spec = bench.running("cat /srv/before; sleep 1000");
    work(&bench, &spec, write("srv/before", "made before the start\n", false)).await.unwrap();
    let Ok(FileDone::Entries(entries)) = work(&bench, &spec, FileWork::List(path("srv"))).await else {
        panic!("a list")
    };
    assert_eq!(
        entries.iter().map(|one| (one.path.to_string(), one.size)).collect::<Vec<_>>(),
        [("/srv/before".into(), 22)]
    );
    assert!(matches!(work(&bench, &spec, FileWork::Delete(path("srv/before"))).await, Err(EngineError::BadFile(_))));
    let _started = bench.engine.start(&spec).await.unwrap();
    keyrack_engine::contract::processes::until("it is read", || async {
        bench.log(spec.id).await == "made before the start\n"
    })
    .await;
    bench.remove(&[&spec]).await;
}

async fn a_link_leads_nowhere_but_into_the_container(bench: Bench) {
    let secret = bench.folder().join("secret");
    std::fs::write(&secret, "of the server").unwrap();
    let spec = bench.running(&format!(
        "mkdir /srv; echo inside > /srv/real; ln -s {0} /srv/out; ln -s ../../../../../../..{0} /srv/up; ln -s /srv/real /srv/in; \
         ln -s /srv/loop /srv/loop; echo ready; sleep 1000",
        secret.display()
    ));
    let _started = bench.engine.start(&spec).await.unwrap();
    keyrack_engine::contract::processes::until("ready", || async { bench.log(spec.id).await.contains("ready") }).await;
    assert_eq!(text(&bench, &spec, "srv/in").await, "inside\n");
    for link in ["srv/out", "srv/up", "srv/loop"] {
        let read = work(&bench, &spec, FileWork::Read(path(link))).await;
        assert!(read.is_err(), "{link}: {read:?}");
        let _ = work(&bench, &spec, write(link, "x", false)).await;
    }
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "of the server");
    bench.remove(&[&spec]).await;
}

async fn content_is_exchanged_all_at_once(bench: Bench) {
    let spec = bench.web();
    let _started = bench.engine.start(&spec).await.unwrap();
    bench.engine.until_answers(&spec).await;
    work(&bench, &spec, write("www/kept/page", "kept", false)).await.unwrap();
    let archive = bench.folder().join("app.zip");
    let mut zip = zip::ZipWriter::new(File::create(&archive).unwrap());
    zip.start_file("index.html", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"new").unwrap();
    zip.finish().unwrap();
    let content = Content::Archive { file: archive, name: "app.zip".into() };
    let stage = FileWork::Stage { folder: path("www"), content, keep: vec!["kept".into()] };
    work(&bench, &spec, stage).await.unwrap();
    assert_eq!(text(&bench, &spec, "www/index.html").await, "hello\n", "nothing changes yet");
    work(&bench, &spec, FileWork::Exchange(path("www"))).await.unwrap();
    assert_eq!(text(&bench, &spec, "www/index.html").await, "new");
    assert_eq!(text(&bench, &spec, "www/kept/page").await, "kept");
    let evil = bench.folder().join("evil.zip");
    let mut zip = zip::ZipWriter::new(File::create(&evil).unwrap());
    zip.start_file("../../evil", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    let content = Content::Archive { file: evil, name: "evil.zip".into() };
    let refused = work(&bench, &spec, FileWork::Stage { folder: path("www"), content, keep: Vec::new() }).await;
    assert!(matches!(refused, Err(EngineError::BadArchive(_))), "{refused:?}");
    bench.remove(&[&spec]).await;
}

async fn a_copy_has_the_files(bench: Bench) {
    let (first, second) = (bench.web(), bench.web());
    let _started = bench.engine.start(&first).await.unwrap();
    bench.engine.until_answers(&first).await;
    work(&bench, &first, write("www/page", "own", false)).await.unwrap();
    work(&bench, &first, write("data/row", "volume", false)).await.unwrap();
    bench.engine.copy_files(first.id, &second).await.unwrap();
    let _also = bench.engine.start(&second).await.unwrap();
    assert_eq!(
        (text(&bench, &second, "www/page").await, text(&bench, &second, "data/row").await),
        ("own".into(), "volume".into())
    );
    work(&bench, &second, write("data/row", "changed", false)).await.unwrap();
    assert_eq!(text(&bench, &first, "data/row").await, "volume");
    bench.remove(&[&first, &second]).await;
}
