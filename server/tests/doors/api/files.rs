//! `environment.file`: what is written is served, what is read was written, and nothing outside the folder is reached.

use std::time::Duration;

use serde_json::{Value, json};

use super::nodes::{self, create, page, web};
use crate::support::{Server, TestClient};

fn file(method: &str) -> String {
    format!("environment.file.{method}")
}

/// Calls a method for the environment `a`, which has to succeed.
async fn done(caller: &TestClient<'_>, method: &str, params: &[(&str, &str)]) -> Value {
    nodes::done(caller, &file(method), params).await
}

fn names(list: &Value) -> Vec<&str> {
    list["object"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_is_what_the_node_serves() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await.remove(0);
    let id = node["id"].to_string();
    let token = server.token("environment.file.Write environment.file.Append").await;
    done(&token, "Write", &[("path", "/www/hello.txt"), ("body", "one "), ("nodeid", &id)]).await;
    done(&token, "Append", &[("path", "www/hello.txt"), ("body", "two"), ("nodeGroup", "cp")]).await;
    assert_eq!(page(&node, "hello.txt").await, "one two");
    assert_eq!(token.code(&file("Read"), &[("envName", "a"), ("path", "/www/hello.txt")]).await, 8202);
    let read = done(&owner, "Read", &[("path", "/www/hello.txt"), ("nodeType", "docker")]).await;
    assert_eq!(read["body"], "one two");
    done(&owner, "ReplaceInBody", &[("path", "/www/hello.txt"), ("pattern", "(t)wo"), ("replacement", "$1hree")]).await;
    assert_eq!(page(&node, "hello.txt").await, "one three");
    done(&owner, "ReplaceInBody", &[("path", "/www/hello.txt"), ("pattern", "e"), ("nth", "2")]).await;
    assert_eq!(page(&node, "hello.txt").await, "one thre");
    done(&owner, "Copy", &[("src", "/www/hello.txt"), ("dest", "/www/copy.txt")]).await;
    assert_eq!(page(&node, "copy.txt").await, "one thre");
    let renamed = done(&owner, "Rename", &[("oldPath", "/www/copy.txt"), ("newPath", "/www/new.txt")]).await;
    assert_eq!((&renamed["responses"][0]["result"], renamed["responses"][0]["nodeid"].to_string()), (&json!(0), id));
    assert_eq!(page(&node, "new.txt").await, "one thre");
    done(&owner, "Create", &[("path", "/www/img/small"), ("isdir", "true")]).await;
    done(&owner, "Create", &[("path", "/www/empty")]).await;
    let list = done(&owner, "GetList", &[("path", "/www")]).await;
    assert_eq!(names(&list), ["img", "empty", "hello.txt", "new.txt"], "{list}");
    assert_eq!((&list["object"][0]["isdir"], &list["object"][2]["size"]), (&json!(true), &json!(8)));
    assert_eq!(list["object"][2]["path"], "/www/hello.txt");
    assert_eq!(
        names(&done(&owner, "GetList", &[("path", "/www"), ("filter", "*.txt")]).await),
        ["hello.txt", "new.txt"]
    );
    assert!(names(&done(&owner, "GetList", &[]).await).contains(&"www"));
    done(&owner, "Delete", &[("path", "/www/img")]).await;
    done(&owner, "Delete", &[("path", "/www/hello.txt")]).await;
    assert_eq!(names(&done(&owner, "GetList", &[("path", "/www")]).await), ["empty", "new.txt"]);
    let audit = server.audit().await.join("\n");
    for action in
        ["file.write", "file.append", "file.replace", "file.copy", "file.rename", "file.create", "file.delete"]
    {
        assert!(audit.contains(&format!(" {action} environment:a")), "{action}: {audit}");
    }
    assert!(!audit.contains("one two"), "what is written may be secret");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_is_changed_as_a_whole_or_only_its_master() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let nodes = create(&owner, "a", &web(2)).await;
    done(&owner, "Write", &[("path", "/www/f"), ("body", "all"), ("nodeGroup", "cp")]).await;
    done(
        &owner,
        "Write",
        &[("path", "/www/f"), ("body", "+"), ("isAppendMode", "true"), ("nodeType", "docker"), ("masterOnly", "true")],
    )
    .await;
    assert_eq!((page(&nodes[0], "f").await, page(&nodes[1], "f").await), ("all+".into(), "all".into()));
    let deleted = done(&owner, "Delete", &[("path", "/www/f"), ("nodeGroup", "cp")]).await;
    assert_eq!(deleted["responses"].as_array().unwrap().len(), 2);
    let unclear = owner.post(&file("Delete"), &[("envName", "a"), ("path", "/www")]).await;
    assert_eq!(unclear["result"], 3, "which of two: {unclear}");
    assert!(unclear["error"].as_str().unwrap().contains("[nodeId]"), "{unclear}");
    let id = nodes[1]["id"].to_string();
    done(&owner, "AddFavorite", &[("path", "www/"), ("isDir", "true"), ("keyword", "web"), ("nodeId", &id)]).await;
    done(&owner, "AddFavorite", &[("path", "/"), ("nodeGroup", "cp")]).await;
    let all = done(&owner, "GetFavorites", &[]).await;
    assert_eq!(all["favorites"].as_array().unwrap().len(), 3, "{all}");
    let of_node = done(&owner, "GetFavorites", &[("nodeId", &id)]).await;
    let marked = &of_node["favorites"][1];
    assert_eq!((&marked["path"], &marked["isDir"], &marked["keyword"]), (&json!("/www"), &json!(true), &json!("web")));
    done(&owner, "RemoveFavorite", &[("path", "/www"), ("nodeId", &id)]).await;
    assert_eq!(done(&owner, "GetFavorites", &[]).await["favorites"].as_array().unwrap().len(), 2);
    assert_eq!(owner.code(&file("RemoveFavorite"), &[("envName", "a"), ("path", "/www"), ("nodeId", &id)]).await, 4);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_on_the_node_becomes_what_it_serves() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await.remove(0);
    let id = node["id"].as_i64().unwrap();
    let folder = server.keyrack.settings().data.join("nodes").join(id.to_string());
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    header.set_mode(0o644);
    tar.append_data(&mut header, "site/page.txt", &b"hello"[..]).unwrap();
    // As a client would with a command of its own; the file belongs to the server's user and can be read by all.
    std::fs::write(folder.join("app.tar.gz"), tar.into_inner().unwrap().finish().unwrap()).unwrap();
    let id = id.to_string();
    done(&owner, "UnpackById", &[("nodeId", &id), ("sourcePath", "/app.tar.gz"), ("destPath", "/www")]).await;
    assert_eq!(page(&node, "site/page.txt").await, "hello");
    done(&owner, "Delete", &[("path", "/www/site")]).await;
    done(
        &owner,
        "UnpackByType",
        &[("nodeType", "keyrack/web"), ("sourcePath", "app.tar.gz"), ("destPath", "www/deep")],
    )
    .await;
    assert_eq!(page(&node, "deep/site/page.txt").await, "hello");
    done(&owner, "Write", &[("path", "broken.zip"), ("body", "PK\u{3}\u{4} nothing")]).await;
    let broken = [("envName", "a"), ("nodeId", &*id), ("sourcePath", "broken.zip"), ("destPath", "/www")];
    let answer = owner.post(&file("UnpackById"), &broken).await;
    assert_eq!(answer["result"], 3, "{answer}");
    assert!(answer["error"].as_str().unwrap().contains("damaged"), "{answer}");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_path_leaves_the_folder() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await.remove(0);
    let data = &server.keyrack.settings().data;
    let folder = data.join("nodes").join(node["id"].to_string());
    std::os::unix::fs::symlink(data.join("keyrack.db"), folder.join("database")).unwrap();
    std::os::unix::fs::symlink("..", folder.join("up")).unwrap();
    for path in [
        "../../keyrack.db",
        "/../x",
        "a/../../x",
        "database",
        "up/x",
        "/up/../../keyrack.db",
        "/proc/self/environ",
        "/etc/passwd",
    ] {
        for (method, params) in [
            ("Read", vec![("path", path)]),
            ("Delete", vec![("path", path)]),
            ("Copy", vec![("src", path), ("dest", "got")]),
            ("Rename", vec![("oldPath", path), ("newPath", "got")]),
            ("ReplaceInBody", vec![("path", path), ("pattern", ".")]),
            ("GetList", vec![("path", path)]),
            ("UnpackByType", vec![("nodeType", "docker"), ("sourcePath", path), ("destPath", "/got")]),
        ] {
            // These work on the link itself, which is the node's own.
            if path == "database" && matches!(method, "Delete" | "Rename") {
                continue;
            }
            let mut all = vec![("envName", "a")];
            all.extend(params);
            let answer = owner.post(&file(method), &all).await;
            assert!(matches!(answer["result"].as_i64(), Some(3 | 4)), "{method} {path}: {answer}");
        }
    }
    for path in ["../x", "database", "up/x", "up/../../x"] {
        for (method, name) in [("Write", "path"), ("Append", "path"), ("Create", "path")] {
            let answer = owner.post(&file(method), &[("envName", "a"), (name, path), ("body", "broken in")]).await;
            assert!(matches!(answer["result"].as_i64(), Some(3 | 9)), "{method} {path}: {answer}");
        }
    }
    // An absolute path is one in the folder.
    done(&owner, "Write", &[("path", "/etc/passwd"), ("body", "own")]).await;
    assert_eq!(std::fs::read_to_string(folder.join("etc/passwd")).unwrap(), "own");
    assert!(!data.join("x").exists() && !data.join("nodes/x").exists());
    assert_eq!(owner.code("users.account.GetUserInfo", &[]).await, 0, "the database is whole");
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a", &web(1)).await;
    done(&owner, "Write", &[("path", "f"), ("body", "x")]).await;
    let long = "x".repeat(300);
    for (method, params, code, part) in [
        ("Read", vec![("path", "nosuch")], 4, "/nosuch"),
        ("Read", vec![("path", "/")], 3, "[path]"),
        ("Read", vec![("path", "f"), ("nodeId", "999")], 4, "999"),
        ("Read", vec![("path", "f"), ("nodeGroup", "sqldb")], 4, "sqldb"),
        ("Read", vec![("path", "f"), ("nodeType", "mysql")], 4, "mysql"),
        ("GetList", vec![("path", "f")], 3, "[path]"),
        ("Write", vec![("path", &long)], 3, "255"),
        ("Write", vec![("path", "f/g")], 3, "[path]"),
        ("Create", vec![("path", "f")], 9, "/f"),
        ("Delete", vec![("path", "/")], 3, "folder itself"),
        ("Delete", vec![("path", "nosuch")], 4, "/nosuch"),
        ("Copy", vec![("src", "/"), ("dest", "/g")], 3, "[src]"),
        ("Rename", vec![("oldPath", "nosuch"), ("newPath", "g")], 4, "nosuch"),
        ("Rename", vec![("oldPath", "f"), ("newPath", "tmp")], 9, "/tmp"),
        ("ReplaceInBody", vec![("path", "f"), ("pattern", "(")], 3, "[pattern]"),
        ("ReplaceInBody", vec![("path", "f"), ("pattern", "x"), ("nth", "0")], 3, "[nth]"),
        ("UnpackByType", vec![("nodeType", "docker"), ("sourcePath", "f"), ("destPath", "/")], 3, "neither"),
    ] {
        let mut all = vec![("envName", "a")];
        all.extend(params);
        let answer = owner.post(&file(method), &all).await;
        assert_eq!(answer["result"], code, "{method} {all:?}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(part), "{answer}");
    }
    // A refusal that changed nothing is counted with the others of its code, and has no entry of its own.
    let audit = server.audit().await.join("\n");
    assert!(!audit.contains("file.delete") && !audit.contains("nosuch"), "{audit}");
    assert_eq!(owner.code("environment.control.DeleteEnv", &[("envName", "a")]).await, 0);
    assert_eq!(owner.code(&file("Read"), &[("envName", "a"), ("path", "f")]).await, 11);
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nests_or_is_too_large_is_refused_with_the_bound_and_nothing_is_kept() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a", &web(1)).await;
    let page = "/www/index.html";
    let deep: &str = &"d/".repeat(65);
    let to: &str = &"d/".repeat(2045);
    let long: &str = &"a".repeat(4097);
    let wide: &str = r"\w{500}";
    let groups: &str = &"()".repeat(33);
    let nested: &str = &format!("{}a{}", "(?:".repeat(65), ")".repeat(65));
    for (method, params, bound) in [
        ("Create", vec![("path", deep)], "64"),
        ("Create", vec![("path", to), ("isdir", "true")], "64"),
        ("Write", vec![("path", deep), ("body", "a")], "64"),
        ("Copy", vec![("src", page), ("dest", deep)], "64"),
        ("Rename", vec![("oldPath", page), ("newPath", deep)], "64"),
        ("AddFavorite", vec![("path", deep)], "64"),
        ("ReplaceInBody", vec![("path", page), ("pattern", long)], "4096"),
        ("ReplaceInBody", vec![("path", page), ("pattern", wide)], "4096 KiB"),
        ("ReplaceInBody", vec![("path", page), ("pattern", groups)], "32 groups"),
        ("ReplaceInBody", vec![("path", page), ("pattern", nested)], "64"),
    ] {
        let mut all = vec![("envName", "a"), ("nodeGroup", "cp")];
        all.extend(params);
        let answer = owner.post(&file(method), &all).await;
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(answer["result"] == 3 && error.contains(bound), "{method}: {answer}");
    }
    assert!(!names(&done(&owner, "GetList", &[]).await).contains(&"d"));
    server.keyrack.environments.stop_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_whose_clients_hang_up_are_given_up_and_the_next_one_gets_its_turn() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    create(&owner, "a", &web(1)).await;
    let text: String =
        (0..200_000_u32).map(|at| if at.wrapping_mul(2_654_435_761) >> 31 == 0 { '0' } else { '1' }).collect();
    done(&owner, "Write", &[("path", "/f"), ("body", &text)]).await;
    let params = [("envName", "a"), ("nodeGroup", "cp"), ("path", "/f"), ("pattern", r"1[01]{10000}[^01\n]")];
    let method = file("ReplaceInBody");
    let calls = futures::future::join_all((0..40).map(|_| owner.post(&method, &params)));
    let meanwhile = async {
        for _ in 0..50 {
            assert_eq!(owner.code("environment.control.GetEnvs", &[]).await, 0);
        }
    };
    tokio::select! {
        answers = calls => panic!("all have ended: {answers:?}"),
        () = meanwhile => {}
    }
    // All clients are gone now. What they asked for would take more than a minute and a half, if it were not given up.
    let next = async {
        done(&owner, "Write", &[("path", "/f"), ("body", "short")]).await;
        done(&owner, "ReplaceInBody", &[("path", "/f"), ("pattern", "o"), ("replacement", "0")]).await;
    };
    tokio::time::timeout(Duration::from_secs(60), next).await.expect("nobody waits for what nobody waits for");
    let lines = server.audit().await;
    assert_eq!(lines.iter().filter(|line| line.contains(" file.replace ")).count(), 1, "the last one: {lines:?}");
    assert_eq!(done(&owner, "Read", &[("path", "/f")]).await["body"], "sh0rt");
    server.keyrack.environments.stop_all().await;
}
