//! Build plug-ins and deployments: an archive that is sent here becomes what the node serves, or nothing changes.

use std::io::Write;

use axum::body::Body;
use http::{Request, header};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::nodes::{create, page, served, web};
use crate::support::{PASSWORD, Server, TestClient, form, path};

const UPLOAD: &str = "storage.uploader.Upload";

fn deployment(method: &str) -> String {
    format!("environment.deployment.{method}")
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A tar whose names and links are written as they are given.
fn tarred(entries: &[(&str, tar::EntryType, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, kind, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        let body = if *kind == tar::EntryType::Regular { content.as_bytes() } else { b"" };
        if body.is_empty() {
            header.set_link_name_literal(content).unwrap();
        }
        header.set_size(body.len() as u64);
        header.set_cksum();
        tar.append(&header, body).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

/// One part of a multipart form: its header's fields and its content.
fn part(disposition: &str, content: &[u8]) -> Vec<u8> {
    let mut part = format!("--XyZ\r\nContent-Disposition: form-data; {disposition}\r\n\r\n").into_bytes();
    part.extend_from_slice(content);
    part.extend_from_slice(b"\r\n");
    part
}

async fn send_form(server: &Server, uri: &str, parts: &[Vec<u8>]) -> Value {
    let mut body = parts.concat();
    body.extend_from_slice(b"--XyZ--\r\n");
    let request = Request::post(uri)
        // As the build plug-in sends it.
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XyZ; charset=UTF-8")
        .body(Body::from(body));
    server.send(request.unwrap()).await.json()
}

/// Uploads as the build plug-in does.
async fn upload(server: &Server, caller: &TestClient<'_>, name: &str, content: &[u8]) -> Value {
    let parts = [
        part("name=\"fid\"", b"123456"),
        part("name=\"session\"", caller.credential().as_bytes()),
        part(&format!("name=\"file\"; filename=\"{name}\""), content),
    ];
    send_form(server, &path(UPLOAD), &parts).await
}

async fn address(server: &Server, caller: &TestClient<'_>, name: &str, content: &[u8]) -> String {
    let answer = upload(server, caller, name, content).await;
    answer["file"].as_str().unwrap_or_else(|| panic!("an address: {answer}")).to_owned()
}

/// Calls a path outside `/1.0`, as plug-ins do, with the credential among the parameters.
async fn plug_in(server: &Server, caller: &TestClient<'_>, verb: &str, path: &str, params: &[(&str, &str)]) -> Value {
    let mut all = vec![("charset", "UTF-8"), ("session", caller.credential())];
    all.extend(params);
    let request = Request::builder().method(verb);
    let request = match verb {
        "GET" => request.uri(format!("{path}?{}", form(&all))).body(Body::empty()),
        _ => request
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
            .body(Body::from(form(&all))),
    };
    server.send(request.unwrap()).await.json()
}

/// Deploys what is uploaded under this address to the environment `a`.
async fn deploy(caller: &TestClient<'_>, address: &str, context: &str) -> Value {
    let params = [("envName", "a"), ("fileUrl", address), ("fileName", "app.war"), ("context", context)];
    caller.post(&deployment("DeployArchive"), &params).await
}

async fn deployed(server: &Server, caller: &TestClient<'_>, content: &[u8], context: &str) -> Value {
    let address = address(server, caller, "app.war", content).await;
    deploy(caller, &address, context).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_plug_in_goes_its_whole_way_with_a_token() {
    let server = Server::with_environments().await;
    let node = create(&server.owner().await, "a", &web(1)).await.remove(0);
    let token = server.new_token(&[("tokenTemplate", "Maven Plugin")]).await;
    let war = zipped(&[("index.html", "shop 1"), ("WEB-INF/web.xml", "<web/>")]);
    let uploaded = upload(&server, &token, "shop.war", &war).await;
    assert_eq!(
        (&uploaded["result"], &uploaded["name"], &uploaded["size"]),
        (&json!(0), &json!("shop.war"), &json!(war.len()))
    );
    let file = uploaded["file"].as_str().unwrap();
    let data =
        format!("{{'name':'shop.war', 'archive':'{file}', 'link':0, 'size':{}, 'comment':'Ada's build'}}", war.len());
    let created =
        plug_in(&server, &token, "POST", "/deploy/createobject", &[("type", "JDeploy"), ("data", &data)]).await;
    assert_eq!((&created["result"], &created["response"]["result"]), (&json!(0), &json!(0)), "{created}");
    let id = created["response"]["object"]["id"].as_i64().expect("a number").to_string();
    for (verb, path) in [("POST", "/GetArchives"), ("GET", "/1.0/GetArchives"), ("GET", "/deploy/GetArchives")] {
        let archives = plug_in(&server, &token, verb, path, &[]).await;
        let one = &archives["response"]["objects"][0];
        assert_eq!(
            (one["id"].to_string(), &one["name"], &one["comment"]),
            (id.clone(), &json!("shop.war"), &json!("Ada's build"))
        );
    }
    // The plug-in speaks of the archive by https where it can, and names the environment by its domain.
    let uri = file.replacen("http:", "https:", 1);
    let params = [
        ("archiveUri", uri.as_str()),
        ("archiveName", "shop.war"),
        ("newContext", "shop"),
        ("domain", "a.localhost"),
        ("nodeGroup", "cp"),
        ("preDeployHook", "echo before"),
        ("actionkey", "x"),
    ];
    for (verb, path) in [("GET", "/deploy/DeployArchive"), ("POST", "/1.0/deploy/deployarchive")] {
        let done = plug_in(&server, &token, verb, path, &params).await;
        assert_eq!((&done["result"], &done["response"]["result"]), (&json!(0), &json!(0)), "{done}");
        let response = &done["response"]["responses"][0];
        assert_eq!(
            (&response["result"], &response["out"], &response["nodeid"]),
            (&json!(0), &json!("before\n"), &node["id"])
        );
    }
    assert_eq!(page(&node, "shop/").await, "shop 1");
    let deleted = plug_in(&server, &token, "POST", "/DeleteArchive", &[("id", &id)]).await;
    assert_eq!(deleted["result"], 0, "{deleted}");
    assert_eq!(plug_in(&server, &token, "POST", "/DeleteArchive", &[("id", &id)]).await["result"], 4);
    assert_eq!(plug_in(&server, &token, "GET", "/users/authentication/rest/signout", &[]).await["result"], 0);
    assert_eq!(page(&node, "shop/").await, "shop 1", "what is deployed stays");
    let gone = plug_in(&server, &token, "GET", "/deploy/DeployArchive", &params).await;
    assert_eq!(gone["result"], 4, "the token lives on, the archive does not: {gone}");
    assert_eq!(token.code("environment.control.StopEnv", &[("envName", "a")]).await, 8202);
    let audit = server.audit().await.join("\n");
    for action in ["upload.create", "archive.create", "deployment.create environment:a", "archive.delete"] {
        assert!(audit.contains(action), "{action}: {audit}");
    }
    let uploads = std::fs::read_dir(server.keyrack.settings().data.join("uploads")).unwrap().count();
    assert_eq!(uploads, 0, "nothing is left on the disk");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_archive_becomes_the_whole_content_of_its_context() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await.remove(0);
    let regular = tar::EntryType::Regular;
    let tar = tarred(&[("index.html", regular, "tar"), ("link", tar::EntryType::Symlink, "index.html")]);
    let gz = gzipped(&tarred(&[("index.html", regular, "gz")]));
    assert_eq!(deployed(&server, &owner, &zipped(&[("index.html", "root"), ("old", "x")]), "ROOT").await["result"], 0);
    assert_eq!(deployed(&server, &owner, &zipped(&[("index.html", "zip"), ("old", "x")]), "one").await["result"], 0);
    for (content, index) in [(&tar, "tar"), (&gz, "gz")] {
        let done = deployed(&server, &owner, content, "/one/").await;
        assert_eq!(done["result"], 0, "{done}");
        assert_eq!(page(&node, "one/").await, index);
        assert_eq!(served(&node, "one/old").await.0, 404, "what the archive does not hold is gone");
    }
    assert_eq!(deployed(&server, &owner, &tar, "two").await["result"], 0);
    assert_eq!(page(&node, "two/link").await, "tar", "a link within the archive is one");
    // Contexts lie in the folder of the root, which is exchanged without them.
    assert_eq!(deployed(&server, &owner, &zipped(&[("index.html", "new root")]), "").await["result"], 0);
    assert_eq!((page(&node, "").await, page(&node, "one/").await), ("new root".into(), "gz".into()));
    assert_eq!(served(&node, "old").await.0, 404);
    // An empty archive is an empty context, a file without any content is no archive.
    for empty in [zipped(&[]), gzipped(&tarred(&[]))] {
        let done = deployed(&server, &owner, &empty, "two").await;
        assert_eq!(done["result"], 0, "{done}");
        assert_eq!(served(&node, "two/link").await.0, 404);
    }
    assert_eq!(deployed(&server, &owner, b"", "two").await["result"], 4072);
    let list = owner.get(&deployment("GetDeployments"), &[("envName", "a"), ("nodeGroup", "cp")]).await;
    let contexts: Vec<_> =
        list["array"].as_array().unwrap().iter().map(|one| one["context"].as_str().unwrap()).collect();
    assert_eq!(contexts, ["ROOT", "one", "two"], "{list}");
    let info = owner.get("environment.control.GetEnvInfo", &[("envName", "a")]).await;
    assert_eq!(info["nodeGroups"][0]["deployments"], list["array"], "{info}");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_deployment_leaves_what_was_there() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await.remove(0);
    let folder = server.keyrack.settings().data.join("nodes").join(node["id"].to_string());
    assert_eq!(deployed(&server, &owner, &zipped(&[("index.html", "good")]), "ROOT").await["result"], 0);
    assert_eq!(deployed(&server, &owner, &zipped(&[("deep/f", "kept")]), "shop").await["result"], 0);
    let good = zipped(&[("index.html", &"bad".repeat(1000)), ("more", "bad")]);
    let mut flipped = good.clone();
    flipped[60] ^= 0xff;
    let regular = tar::EntryType::Regular;
    let link = tar::EntryType::Symlink;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("no archive", b"hello".to_vec()),
        ("cut off zip", good[..good.len() / 2].to_vec()),
        ("flipped", flipped),
        ("cut off tar.gz", {
            let gz = gzipped(&tarred(&[("index.html", regular, "bad")]));
            gz[..gz.len() - 12].to_vec()
        }),
        ("zip slip", zipped(&[("index.html", "bad"), ("../../escaped", "x")])),
        ("zip slip with backslashes", zipped(&[("..\\..\\escaped", "x")])),
        ("absolute", tarred(&[("/tmp/escaped", regular, "x")])),
        ("up", tarred(&[("a/../../escaped", regular, "x")])),
        ("absolute link", tarred(&[("l", link, "/etc")])),
        ("link up", tarred(&[("l", link, "../../..")])),
        ("link up through a link", tarred(&[("x", link, "."), ("y", link, "x/..")])),
        ("link up through another context", tarred(&[("l", link, "shop/deep/../../..")])),
        ("write through a link", tarred(&[("l", link, "../.."), ("l/escaped", regular, "x")])),
        ("hard link", tarred(&[("l", tar::EntryType::Link, "/etc/passwd")])),
        ("device", tarred(&[("l", tar::EntryType::Char, "")])),
    ];
    for (name, content) in cases {
        let refused = deployed(&server, &owner, &content, "ROOT").await;
        assert_eq!(refused["result"], 4071, "{name}: {refused}");
        assert_eq!(page(&node, "").await, "good", "{name}");
    }
    assert!(!folder.join("escaped").exists() && !folder.parent().unwrap().join("escaped").exists());
    let tasks = owner.get("environment.tracking.GetUidActions", &[]).await;
    assert!(tasks.to_string().contains("\"FAILED\""), "{tasks}");
    // Hooks: one that fails before stops it, one that fails after is told.
    let good = address(&server, &owner, "app.war", &zipped(&[("index.html", "next")])).await;
    let params = |hooks: &'static str| {
        [("envName", "a"), ("fileUrl", good.as_str()), ("fileName", "app.war"), ("hooks", hooks)]
            .map(|(k, v)| (k, v.to_owned()))
    };
    async fn call(owner: &TestClient<'_>, params: &[(&str, String)]) -> Value {
        let params: Vec<_> = params.iter().map(|(k, v)| (*k, v.as_str())).collect();
        owner.post("environment.control.DeployApp", &params).await
    }
    let refused = call(&owner, &params(r#"{"preDeployHook":"echo no room >&2; exit 3"}"#)).await;
    assert_eq!(refused["result"], 4060, "{refused}");
    assert!(refused["error"].as_str().unwrap().contains("no room"), "{refused}");
    assert_eq!(page(&node, "").await, "good");
    let told = call(&owner, &params(r#"{"preDeploy":"touch www/gone","postDeploy":"exit 4"}"#)).await;
    assert_eq!(told["result"], 4060, "{told}");
    assert_eq!((page(&node, "").await, served(&node, "gone").await.0), ("next".into(), 404));
    let hooks = owner.get(&deployment("GetHooks"), &[("envName", "a")]).await;
    assert_eq!(hooks["object"], json!({ "preDeployHook": "touch www/gone", "postDeployHook": "exit 4" }));
    let kept =
        server.audit().await.join("\n") + &owner.get("environment.tracking.GetUidActions", &[]).await.to_string();
    assert!(kept.contains("exit status 3") && !kept.contains("no room"), "what commands write may be secret: {kept}");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contexts_are_moved_and_taken_away_on_all_nodes() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = create(&owner, "a", &web(2)).await;
    assert_eq!(deployed(&server, &owner, &zipped(&[("f", "root")]), "ROOT").await["result"], 0);
    let two = deployed(&server, &owner, &zipped(&[("f", "one")]), "one").await;
    assert_eq!(two["responses"].as_array().unwrap().len(), 2, "{two}");
    let rename = async |from: &str, to: &str| {
        let params = [("envName", "a"), ("oldContext", from), ("newContext", to)];
        owner.post(&deployment("RenameContext"), &params).await["result"].as_i64().unwrap()
    };
    assert_eq!(rename("one", "ROOT").await, 9, "something is there");
    assert_eq!(rename("none", "x").await, 4);
    assert_eq!(rename("one", "../x").await, 3);
    assert_eq!(rename("one", "two").await, 0);
    assert_eq!(rename("ROOT", "base").await, 0);
    assert_eq!(rename("two", "/").await, 0);
    for node in &nodes {
        assert_eq!((page(node, "f").await, page(node, "base/f").await), ("one".into(), "root".into()));
        for gone in ["one/f", "two/f"] {
            assert_eq!(served(node, gone).await.0, 404, "{gone}");
        }
    }
    let params = [("envName", "a"), ("oldcontext", "base"), ("newcontext", "b2")];
    assert_eq!(owner.code("environment.control.RenameApp", &params).await, 0);
    // A node that comes later and a clone have what is deployed.
    let topology = [("envName", "a"), ("env", "{}"), ("nodes", r#"[{"nodeGroup":"cp","count":3}]"#)];
    assert_eq!(owner.code("environment.control.ChangeTopology", &topology).await, 0);
    let info = owner.get("environment.control.GetEnvInfo", &[("envName", "a")]).await;
    let third =
        info["nodes"].as_array().unwrap().iter().find(|node| !nodes.iter().any(|old| old["id"] == node["id"])).unwrap();
    assert_eq!((page(third, "f").await, page(third, "b2/f").await), ("one".into(), "root".into()));
    let cloned = owner.post("environment.control.CloneEnv", &[("srcEnvName", "a"), ("dstEnvName", "b")]).await;
    assert_eq!(page(&cloned["nodes"][0], "b2/f").await, "root", "{cloned}");
    let list = owner.get(&deployment("GetDeployments"), &[("envName", "b")]).await;
    assert_eq!(list["array"].as_array().unwrap().len(), 2, "{list}");
    let context = |context: &'static str| [("envName", "a"), ("context", context), ("nodeGroup", "cp")];
    assert_eq!(owner.code(&deployment("Undeploy"), &context("ROOT")).await, 0);
    assert_eq!((served(&nodes[0], "f").await.0, page(&nodes[0], "b2/f").await), (404, "root".into()));
    assert_eq!(owner.code("environment.control.RemoveApp", &context("b2")).await, 0);
    assert_eq!(owner.code("environment.control.RemoveApp", &context("b2")).await, 4);
    assert_eq!(served(&nodes[1], "b2/f").await.0, 404);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_own_uploads_are_deployed_and_only_by_who_may() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a", &web(1)).await;
    server.keyrack.accounts.create_user_with_account("eve@example.org", PASSWORD).await.unwrap();
    let eve = server.session("eve@example.org", PASSWORD).await;
    let foreign = address(&server, &eve, "app.war", &zipped(&[("f", "x")])).await;
    assert_eq!(deploy(&owner, &foreign, "ROOT").await["result"], 4, "as if it were not there");
    for elsewhere in
        ["http://127.0.0.1:22/app.war", "http://169.254.169.254/", "file:///etc/passwd", "/deploy/archives/x"]
    {
        let refused = deploy(&owner, elsewhere, "ROOT").await;
        assert_eq!(refused["result"], 3, "{elsewhere}: {refused}");
        assert!(refused["error"].as_str().unwrap().contains("nothing is fetched from elsewhere"), "{refused}");
    }
    let own = address(&server, &owner, "app.war", &zipped(&[("f", "x")])).await;
    // A plug-in is told by the names that it knows.
    for (uri, context, name) in
        [("http://127.0.0.1:22/app.war", "shop", "archiveUri"), (own.as_str(), "..", "newContext")]
    {
        let params = [("domain", "a"), ("archiveUri", uri), ("archiveName", "app.war"), ("newContext", context)];
        let refused = owner.post(&deployment("DeployArchive"), &params).await;
        let error = refused["error"].as_str().unwrap();
        assert!(error.starts_with(&format!("invalid parameter [{name}]: ")), "{refused}");
    }
    assert_eq!(deploy(&eve, &own, "ROOT").await["result"], 11, "not her environment");
    let data = json!({ "archive": own }).to_string();
    assert_eq!(eve.code(&deployment("CreateObject"), &[("data", &data)]).await, 4);
    let kept = owner.post(&deployment("CreateObject"), &[("data", &data)]).await;
    let id = kept["response"]["object"]["id"].to_string();
    assert_eq!(eve.code(&deployment("DeleteArchive"), &[("id", &id)]).await, 4);
    assert_eq!(eve.get(&deployment("GetArchives"), &[]).await["response"]["objects"], json!([]));
    for context in ["..", "a/b", ".keyrack", "a b"] {
        assert_eq!(deploy(&owner, &own, context).await["result"], 3, "{context}");
    }
    owner.post("environment.control.StopEnv", &[("envName", "a")]).await;
    assert_eq!(deploy(&owner, &own, "ROOT").await["result"], 0, "also while it is stopped");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn nothing_is_taken_in_from_who_may_not_send_it() {
    let server = Server::with(|settings| (settings.upload_limit, settings.upload_space) = (1000, 2500)).await;
    let uploads = server.keyrack.settings().data.join("uploads");
    let count = || std::fs::read_dir(&uploads).map_or(0, Iterator::count);
    let token = server.token("environment.control.GetEnvs").await;
    assert_eq!(upload(&server, &token, "a.zip", b"x").await["result"], 8202);
    let unknown = server.bearer("krp_0000000000000000000000000000000000000A");
    assert_eq!(upload(&server, &unknown, "a.zip", b"x").await["result"], 702);
    let file = part("name=\"file\"; filename=\"a.zip\"", b"x");
    assert_eq!(send_form(&server, &path(UPLOAD), std::slice::from_ref(&file)).await["result"], 3);
    let owner = server.owner().await;
    let late = [file.clone(), part("name=\"session\"", owner.credential().as_bytes())];
    let late = send_form(&server, &path(UPLOAD), &late).await;
    assert!(late["error"].as_str().unwrap().contains("before the file"), "{late}");
    let session = part("name=\"session\"", owner.credential().as_bytes());
    let twice = [session.clone(), file.clone(), file.clone()];
    assert_eq!(send_form(&server, &path(UPLOAD), &twice).await["result"], 3);
    assert_eq!(send_form(&server, &path(UPLOAD), std::slice::from_ref(&session)).await["result"], 3, "no file");
    assert_eq!(owner.code(UPLOAD, &[("file", "x")]).await, 3, "no file either");
    let mut broken = [session.clone(), part("name=\"file\"; filename=\"a\"", b"half")].concat();
    broken.truncate(broken.len() - 4);
    let request = Request::post(path(UPLOAD)).header(header::CONTENT_TYPE, "multipart/form-data; boundary=XyZ");
    let reply = server.send(request.body(Body::from(broken)).unwrap()).await.json();
    assert_eq!(reply["result"], 3, "{reply}");
    let large = upload(&server, &owner, "a.zip", &[0; 1001]).await;
    assert_eq!(large["result"], 2338, "{large}");
    assert!(large["error"].as_str().unwrap().contains("1000 bytes"), "{large}");
    assert_eq!(count(), 0, "nothing is left of what was refused");
    // Names: a way in it, letters beyond ASCII, none.
    for (disposition, name) in [
        (r#"name="file"; filename="C:\build\app.war""#, "app.war"),
        ("name=\"file\"; filename=\"../../größe.zip\"", "größe.zip"),
        ("filename=plain.zip; name=file", "plain.zip"),
        ("name=\"file\"", "file"),
    ] {
        let answer = send_form(&server, &path(UPLOAD), &[session.clone(), part(disposition, b"x")]).await;
        assert_eq!(answer["name"], name, "{answer}");
    }
    for size in [1000, 1000] {
        assert_eq!(upload(&server, &owner, "a.zip", &vec![0; size]).await["result"], 0);
    }
    let full = upload(&server, &owner, "a.zip", &[0; 600]).await;
    assert_eq!(full["result"], 2338, "{full}");
    assert_eq!(count(), 6);
    let file = address(&server, &owner, "kept.zip", b"x").await;
    owner.post(&deployment("CreateObject"), &[("data", &json!({ "archive": file }).to_string())]).await;
    server.advance(chrono::TimeDelta::hours(25));
    server.keyrack.uploads.sweep().await.unwrap();
    assert_eq!(count(), 1, "what nobody registered went after a day");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_comes_with_the_call_lies_on_the_nodes() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = create(&owner, "a", &web(2)).await;
    let call = path("environment.file.Upload");
    let send = async |destination: &str, overwrite: &str, content: &[u8]| {
        let parts = [
            part("name=\"session\"", owner.credential().as_bytes()),
            part("name=\"envName\"", b"a"),
            part("name=\"file\"; filename=\"logo.bin\"\r\nContent-Type: application/octet-stream", content),
            part("name=\"nodeGroup\"", b"cp"),
            part("name=\"destPath\"", destination.as_bytes()),
            part("name=\"overwrite\"", overwrite.as_bytes()),
        ];
        send_form(&server, &call, &parts).await
    };
    let done = send("/www/img/", "", b"\x00\xff1").await;
    assert_eq!(done["responses"].as_array().map(Vec::len), Some(2), "{done}");
    for node in &nodes {
        let url = format!("{}/img/logo.bin", node["url"].as_str().unwrap());
        assert_eq!(reqwest::get(url).await.unwrap().bytes().await.unwrap().as_ref(), b"\x00\xff1");
    }
    assert_eq!(send("/www/img/logo.bin", "false", b"2").await["result"], 9);
    assert_eq!(send("/www/img/logo.bin", "true", b"2").await["result"], 0);
    assert_eq!(page(&nodes[0], "img/logo.bin").await, "2");
    for outside in ["../../x", "/www/../../x"] {
        assert_eq!(send(outside, "true", b"x").await["result"], 3, "{outside}");
    }
    let file = address(&server, &owner, "f.txt", b"from before").await;
    let params = [("envName", "a"), ("nodeGroup", "cp"), ("destPath", "/www/f.txt"), ("sourcePath", file.as_str())];
    assert_eq!(owner.code("environment.file.Upload", &params).await, 0);
    assert_eq!(page(&nodes[1], "f.txt").await, "from before");
    let elsewhere = [("envName", "a"), ("nodeGroup", "cp"), ("destPath", "/f"), ("sourcePath", "http://127.0.0.1:1/f")];
    assert_eq!(owner.code("environment.file.Upload", &elsewhere).await, 3);
    let token = server.token("environment.file.Read").await;
    let parts = [part("name=\"session\"", token.credential().as_bytes()), part("name=\"file\"; filename=\"x\"", b"x")];
    assert_eq!(send_form(&server, &call, &parts).await["result"], 8202);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test]
async fn an_upload_ends_with_the_right_to_send_it() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let token = server.token(UPLOAD).await;
    let (sender, frames) = futures::channel::mpsc::unbounded::<Result<Vec<u8>, std::io::Error>>();
    let head = "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.war\"\r\n\r\nthe first half";
    let begin = [part("name=\"session\"", token.credential().as_bytes()), head.into()].concat();
    sender.unbounded_send(Ok(begin)).unwrap();
    let request = Request::post(path(UPLOAD))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XyZ")
        .body(Body::from_stream(frames));
    let uploads = server.keyrack.settings().data.join("uploads");
    let files = || std::fs::read_dir(&uploads).map_or(0, Iterator::count);
    let revoking = async {
        while files() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(owner.code("users.authentication.DeleteTokens", &[("ids", "*"), ("password", PASSWORD)]).await, 0);
        sender.unbounded_send(Ok(b" and the second\r\n--XyZ--\r\n".to_vec())).unwrap();
        drop(sender);
    };
    let (answer, ()) = tokio::join!(server.send(request.unwrap()), revoking);
    assert_eq!(answer.json()["result"], 702, "{}", answer.text);
    assert_eq!(files(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_has_only_so_many_contexts() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a", &web(1)).await;
    let file = address(&server, &owner, "app.war", &zipped(&[("f", "x")])).await;
    for number in 0..100 {
        assert_eq!(deploy(&owner, &file, &format!("c{number}")).await["result"], 0);
    }
    assert_eq!(deploy(&owner, &file, "c100").await["result"], 2338);
    assert_eq!(deploy(&owner, &file, "c99").await["result"], 0, "what is there can be replaced");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_waits_for_its_turn_gets_it_only_with_the_right_to_it() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await.remove(0);
    let folder = server.keyrack.settings().data.join("nodes").join(node["id"].to_string());
    let token = server.token("environment.deployment.DeployArchive").await;
    let [first, second] = ["first", "second"].map(|text| zipped(&[("index.html", text)]));
    let (first, second) =
        (address(&server, &owner, "a.war", &first).await, address(&server, &owner, "a.war", &second).await);
    let wait = "touch begun; while [ ! -e go ]; do sleep 0.05; done";
    let params = [("envName", "a"), ("fileUrl", first.as_str()), ("fileName", "a.war"), ("preDeployHook", wait)];
    let deploy_archive = deployment("DeployArchive");
    let others = async {
        while !folder.join("begun").exists() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let revoking = async {
            let all = [("ids", "*"), ("password", PASSWORD)];
            assert_eq!(owner.code("users.authentication.DeleteTokens", &all).await, 0);
            std::fs::write(folder.join("go"), "").unwrap();
        };
        tokio::join!(deploy(&token, &second, "ROOT"), revoking).0
    };
    let (answer, other) = tokio::join!(owner.post(&deploy_archive, &params), others);
    assert_eq!((&answer["result"], &other["result"]), (&json!(0), &json!(702)), "{answer} {other}");
    assert_eq!(page(&node, "").await, "first");
    server.keyrack.environments.stop_all().await;
}
