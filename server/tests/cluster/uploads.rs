//! Files that clients send to any server reach the environments of every server.

use std::io::Write;
use std::time::{Duration, SystemTime};

use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::support::{Database, Server, two, until};

const UPLOAD: &str = "/1.0/storage/uploader/rest/upload";
const FILE_UPLOAD: &str = "/1.0/environment/file/rest/upload";

fn zipped(content: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("index.html", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(content.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// A form with parameters before and behind its file.
async fn send(
    server: &Server,
    path: &str,
    credential: &str,
    (name, content): (&str, &[u8]),
    behind: &[(&str, &str)],
) -> Value {
    let mut form = Form::new().text("fid", "1").part("file", Part::bytes(content.to_vec()).file_name(name.to_owned()));
    for (name, value) in behind {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    let request = server.request(reqwest::Method::POST, path).bearer_auth(credential).multipart(form);
    request.send().await.unwrap().json().await.unwrap()
}

/// Uploads an archive and answers its address.
pub async fn archive(server: &Server, credential: &str, content: &str) -> String {
    let answer = send(server, UPLOAD, credential, ("app.zip", &zipped(content)), &[]).await;
    answer["file"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Keeps an uploaded archive in the account's list; answers its number.
async fn registered(server: &Server, session: &str, address: &str) -> String {
    let data = serde_json::json!({ "archive": address, "name": "app.zip" }).to_string();
    let answer = server.call("environment.deployment.CreateObject", session, &[("data", &data)]).await;
    answer["response"]["object"]["id"].as_i64().unwrap_or_else(|| panic!("{answer}")).to_string()
}

async fn deploy(server: &Server, session: &str, environment: &str, address: &str, context: &str) -> Value {
    let fields = [("envName", environment), ("fileUrl", address), ("fileName", "app.zip"), ("context", context)];
    server.call("environment.deployment.DeployArchive", session, &fields).await
}

async fn deployments(server: &Server, session: &str, environment: &str) -> usize {
    let answer = server.call("environment.deployment.GetDeployments", session, &[("envName", environment)]).await;
    assert_eq!(answer["result"], 0, "{answer}");
    answer.to_string().matches("\"archivename\"").count()
}

/// What the environment's first node serves there.
async fn served(server: &Server, session: &str, environment: &str, path: &str) -> Vec<u8> {
    let answer = server.call("environment.control.GetEnvInfo", session, &[("envName", environment)]).await;
    let url = answer["nodes"][0]["url"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let answer = reqwest::get(format!("{url}/{path}")).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn what_is_uploaded_anywhere_is_deployed_everywhere() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    other.environment(&session, "second").await;
    let mut count = 0;
    for taking in [&one, &other] {
        for called in [&one, &other] {
            for environment in ["first", "second"] {
                count += 1;
                let (content, context) = (format!("page {count}"), format!("c{count}"));
                let address = archive(taking, &session, &content).await;
                let done = deploy(called, &session, environment, &address, &context).await;
                assert_eq!(done["result"], 0, "{environment}: {done}");
                let page = served(called, &session, environment, &format!("{context}/index.html")).await;
                assert_eq!(String::from_utf8_lossy(&page), content);
                // One that is kept and one that stays for its day; either way it is known everywhere.
                if count % 2 == 0 {
                    registered(called, &session, &address).await;
                }
            }
        }
    }
    for server in [&one, &other] {
        let archives = server.call("environment.deployment.GetArchives", &session, &[]).await;
        assert_eq!(archives.to_string().matches("/deploy/archives/").count(), 4, "{archives}");
        let names = server.uploads();
        assert!(names.len() == 4 && names.iter().all(|name| name.len() == 32), "copies are gone: {names:?}");
    }

    // As a file of a node, and by several at once.
    let address = archive(&one, &session, "once for all").await;
    let put = async |path: String| {
        let fields = [("envName", "second"), ("nodeGroup", "cp"), ("destPath", &path), ("sourcePath", &address)];
        one.code("environment.file.Upload", &session, &fields).await
    };
    let codes = futures::future::join_all((0..6).map(|number| put(format!("/www/f{number}.zip")))).await;
    assert_eq!(codes, [0; 6]);
    for number in 0..6 {
        let file = served(&other, &session, "second", &format!("f{number}.zip")).await;
        assert_eq!(file, zipped("once for all"));
    }
    assert_eq!(other.uploads().len(), 4, "copies are gone");

    // Nobody gets at what another account uploaded, wherever it lies.
    one.command(&["account", "create", "eve@example.org", "--password-stdin"], crate::support::PASSWORD).await;
    let eve = other.sign_in_as("eve@example.org").await;
    other.environment(&eve, "third").await;
    assert_eq!(deploy(&other, &eve, "third", &address, "ROOT").await["result"], 4);
}

#[tokio::test]
async fn a_file_that_comes_with_a_call_goes_on_to_the_server_of_the_environment() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    // Larger than any form that is passed on, and with all bytes in it.
    let content: Vec<u8> = (0..5_000_000_u32).map(|number| (number % 251) as u8 ^ (number >> 12) as u8).collect();
    let place = |path: &'static str| [("envName", "first"), ("nodeGroup", "cp"), ("destPath", path)];
    let sent = send(&other, FILE_UPLOAD, &session, ("größe 1.bin", &content), &place("/www/")).await;
    assert_eq!((&sent["result"], sent["responses"].as_array().map(Vec::len)), (&Value::from(0), Some(1)), "{sent}");
    assert!(served(&one, &session, "first", "gr%C3%B6%C3%9Fe%201.bin").await == content);
    let empty = send(&other, FILE_UPLOAD, &session, ("empty", b""), &place("/www/empty")).await;
    assert_eq!(empty["result"], 0, "{empty}");
    assert!(served(&one, &session, "first", "empty").await.is_empty());

    // What is refused there is refused here, and changes nothing.
    let mut kept = place("/www/empty").to_vec();
    kept.push(("overwrite", "false"));
    assert_eq!(send(&other, FILE_UPLOAD, &session, ("x", &content), &kept).await["result"], 9);
    let outside = send(&other, FILE_UPLOAD, &session, ("x", &content), &place("/../../x")).await;
    assert_eq!(outside["result"], 3, "{outside}");
    let (_, reading) = one.token(&session, "environment.file.Read").await;
    let refused = send(&other, FILE_UPLOAD, &reading, ("x", &content), &place("/www/x")).await;
    assert_eq!(refused["result"], 8202, "{refused}");
    assert!(served(&one, &session, "first", "empty").await.is_empty());
    for server in [&one, &other] {
        assert_eq!(server.uploads(), [""; 0], "nothing is left of it");
    }
    // Noted once for what was done, and by whom.
    let noted =
        "SELECT count(*) FROM audit WHERE action = 'file.upload' AND address = '127.0.0.1' AND outcome = 'done'";
    assert_eq!(database.count(noted).await, 2);
}

#[tokio::test]
async fn the_file_of_a_removed_archive_goes_from_the_server_that_has_it() {
    let Some(database) = Database::fresh().await else { return };
    let (mut one, other) = two(&database).await;
    let session = one.sign_in().await;
    let remove = async |address: &str| {
        let id = registered(&other, &session, address).await;
        assert_eq!(other.code("environment.deployment.DeleteArchive", &session, &[("id", &id)]).await, 0);
    };
    remove(&archive(&one, &session, "x").await).await;
    until("its file is gone", async || one.uploads().is_empty()).await;

    // One that is not there hears nothing of it, and finds out when it is back.
    let (address, kept) = (archive(&one, &session, "x").await, archive(&one, &session, "y").await);
    one.kill().await;
    remove(&address).await;
    // As if it had been sent a while ago: what has just been sent may not be in the list yet.
    let [gone, kept] = [&address, &kept].map(|address| address.split('/').nth_back(1).unwrap().to_owned());
    for name in one.uploads() {
        let file = std::fs::File::options().write(true).open(one.path("uploads").join(name)).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the file system's time is the system's")]
        file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    }
    assert!(one.uploads().contains(&gone));
    one.restart().await;
    until("its file is gone", async || one.uploads() == [kept.as_str()]).await;
}

#[tokio::test]
async fn what_the_other_server_does_not_have_is_said_and_nothing_is_half_done() {
    let Some(database) = Database::fresh().await else { return };
    let (mut one, other) = two(&database).await;
    let session = one.sign_in().await;
    other.environment(&session, "second").await;
    let address = archive(&one, &session, "x").await;
    let file = one.path("uploads").join(&one.uploads()[0]);
    let whole = std::fs::read(&file).unwrap();
    let nothing_done = async || {
        assert_eq!(other.uploads(), [""; 0]);
        assert_eq!(deployments(&other, &session, "second").await, 0);
    };

    // Other bytes, fewer, more, none at all.
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    let longer = [whole.as_slice(), b"x"].concat();
    for content in [Some(changed.as_slice()), Some(&whole[1..]), Some(longer.as_slice()), None] {
        match content {
            Some(content) => std::fs::write(&file, content).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let answer = deploy(&other, &session, "second", &address, "ROOT").await;
        let why = answer["error"].as_str().unwrap_or_default();
        assert!(answer["result"] == 4 && why.contains("upload it again"), "{answer}");
        nothing_done().await;
    }
    std::fs::write(&file, &whole).unwrap();

    // Which server it is and what to do, at once and later, when the silence is noticed.
    let id = std::fs::read_to_string(one.path("server-id")).unwrap().trim().to_owned();
    one.kill().await;
    let away = async || {
        let answer = deploy(&other, &session, "second", &address, "ROOT").await;
        let why = answer["error"].as_str().unwrap_or_default();
        assert_eq!(answer["result"], 1, "{answer}");
        assert!(why.contains(&id) && why.contains("try again when it is back"), "{answer}");
        nothing_done().await;
    };
    away().await;
    until("its silence is noticed", async || {
        let silent =
            "SELECT count(*) FROM servers WHERE heartbeat_at < extract(epoch FROM clock_timestamp()) * 1000 - 5000";
        database.count(silent).await == 1
    })
    .await;
    away().await;
    one.restart().await;
    until("it can be deployed", async || deploy(&other, &session, "second", &address, "ROOT").await["result"] == 0)
        .await;
    assert_eq!(served(&other, &session, "second", "index.html").await, b"x");
}
