//! Bodies that never end, or hold more than was sent: what is read of them, and that nothing is kept.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use futures::{StreamExt, stream};
use http::{Request, header};
use serde_json::{Value, json};

use super::{CHECK, post};
use crate::support::{PASSWORD, Server, form, path};

const UPLOADS: [&str; 2] = ["storage.uploader.Upload", "environment.file.Upload"];
const FRAME: usize = 4 << 10;
/// The body's end, for a server that reads on and on.
const MOST: usize = 32 << 20;
const FILE: &str = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n";

/// A body that begins so and repeats `then` for ever, and how much of it was asked for.
fn endless(begin: &str, then: &[u8]) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let begin = stream::iter([Bytes::copy_from_slice(begin.as_bytes())]);
    let frame = Bytes::from(then.repeat(FRAME / then.len()));
    let frames = begin.chain(stream::iter(std::iter::repeat_n(frame, MOST / FRAME)));
    let counted = {
        let taken = taken.clone();
        frames.map(move |frame| {
            taken.fetch_add(frame.len(), Ordering::Relaxed);
            Ok::<_, io::Error>(frame)
        })
    };
    (Body::from_stream(counted), taken)
}

/// Every form that never ends is refused after so many bytes, by code 3 with this text, and the connection is closed.
async fn refused(
    server: &Server,
    method: &str,
    credential: &str,
    (begin, then): (&str, &[u8]),
    most: usize,
    text: &str,
) {
    for problem in [false, true] {
        let (body, taken) = endless(begin, then);
        let mut request = Request::post(path(method))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header(header::AUTHORIZATION, format!("Bearer {credential}"));
        if problem {
            request = request.header(header::ACCEPT, "application/problem+json");
        }
        let reply = server.send(request.body(body).unwrap()).await;
        let json: Value = serde_json::from_str(&reply.text).unwrap();
        let case = format!("{method} {begin:?} {:?}", String::from_utf8_lossy(then));
        assert_eq!(json["result"], 3, "{case}: {json}");
        assert!(json["error"].as_str().unwrap().contains(text), "{case}: {json}");
        assert_eq!(reply.status.as_u16(), if problem { 413 } else { 200 }, "{case}");
        assert_eq!(reply.headers["connection"], "close", "{case}");
        let taken = taken.load(Ordering::Relaxed);
        assert!(taken <= most + begin.len() + 2 * FRAME, "{case}: {taken} bytes were read");
    }
}

#[tokio::test]
async fn a_form_that_never_ends_is_refused_at_its_bound_before_and_after_the_credential() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let head = "the head of a part of the multipart form is longer than 64 KiB";
    let preamble = "what stands before the first boundary of the multipart form is longer than 64 KiB";
    let begun = "--b\r\nContent-Disposition: form-data; name=\"a";
    let behind = format!("{FILE}{begun}");
    for method in UPLOADS {
        for credential in [owner.credential(), "x"] {
            for then in [b"a".as_slice(), b"\r", b"\r\n--", b"--", b"\r\nx: y", b"\0"] {
                refused(&server, method, credential, ("", then), 64 << 10, preamble).await;
                refused(&server, method, credential, (begun, then), 64 << 10, head).await;
            }
            refused(&server, method, credential, ("--b", b" "), 64 << 10, head).await;
        }
        // Behind the file, when the caller is known. What is read of a file is written to the disk.
        refused(&server, method, owner.credential(), (&behind, b"a"), 64 << 10, head).await;
        let value = format!("{begun}\"\r\n\r\n");
        refused(&server, method, "x", (&value, b"a"), 1 << 20, "larger than 1024 KiB").await;
        let parts = format!("{begun}\"\r\n\r\n1\r\n").into_bytes();
        refused(&server, method, "x", ("", &parts), 1 << 20, "more than 1000").await;
        let large = [begun.as_bytes(), &[b'x'; 2000], b"\"\r\n\r\n1\r\n"].concat();
        refused(&server, method, "x", ("", &large), 1 << 20, "larger than 1024 KiB").await;
    }
    let uploads = server.keyrack.settings().data.join("uploads");
    assert_eq!(std::fs::read_dir(uploads).map_or(0, Iterator::count), 0);
}

#[tokio::test]
async fn a_form_without_a_file_has_the_same_bounds() {
    let server = Server::start().await;
    let long = "a".repeat(70_000);
    for (kind, body, text) in [
        ("b", format!("{long}\r\n--b--"), "before the first boundary of the multipart form is longer than 64 KiB"),
        (
            "b",
            format!("--b\r\nx: {long}\r\n\r\n1\r\n--b--"),
            "the head of a part of the multipart form is longer than 64 KiB",
        ),
        ("b", format!("--b\r\n{}\r\n1\r\n--b--", "x: y\r\n".repeat(33)), "has more than 32 headers"),
        (&"b".repeat(71), String::from("--b--"), "the boundary of the multipart form is longer than 70 characters"),
    ] {
        let kind = format!("multipart/form-data; boundary={kind}");
        let mut request = post(&path(CHECK), Some(&kind), body);
        request.headers_mut().insert(header::ACCEPT, "application/problem+json".parse().unwrap());
        let reply = server.send(request).await;
        assert_eq!(reply.status, 413, "{}", reply.text);
        assert!(reply.text.contains(text), "{}", reply.text);
    }
}

#[tokio::test]
async fn what_nests_too_deep_is_refused_before_anything_is_kept() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let nested = |levels: usize| format!("{}{}", r#"{"a":"#.repeat(levels - 1) + "{}", "}".repeat(levels - 1));
    let group = "environment.group.CreateGroup";
    let data = nested(32);
    assert_eq!(owner.code(group, &[("envGroup", "whole"), ("data", &data)]).await, 0);
    for levels in [33, 100, 128, 129, 3000, 20_000] {
        let data = nested(levels);
        let answer = owner.post(group, &[("envGroup", "deep"), ("data", &data)]).await;
        assert_eq!(
            (&answer["result"], &answer["error"]),
            (&json!(3), &json!("invalid parameter [data]: it nests deeper than 32 levels")),
            "{levels}"
        );
        // As a field of a JSON body, in a parameter that is known and in one that is not.
        for name in ["data", "unknown"] {
            let body = format!(r#"{{"envGroup":"deep","session":"{}","{name}":{data}}}"#, owner.credential());
            let answer = server.send(post(&path(group), Some("application/json"), body)).await.json();
            assert_eq!(answer["result"], 3, "{levels} {name}: {answer}");
            assert!(answer["error"].as_str().unwrap().contains("nests deeper than 33 levels"), "{answer}");
        }
    }
    // A brace in a text is none.
    let text = json!({ "a": "[{".repeat(1000) }).to_string();
    assert_eq!(owner.code(group, &[("envGroup", "text"), ("data", &text)]).await, 0);
    let groups = owner.get("environment.group.GetGroups", &[]).await;
    let names: Vec<_> = groups["array"].as_array().unwrap().iter().map(|group| &group["name"]).collect();
    assert_eq!(names, ["text", "whole"]);
}

#[tokio::test]
async fn a_list_has_a_bound_of_levels_and_of_items() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let delete = "users.authentication.DeleteTokens";
    for list in ["[[1]]", "[1,2]", "1", &"1,".repeat(10_000)] {
        // Whether there are such tokens is another question.
        assert_ne!(owner.code(delete, &[("ids", list), ("password", PASSWORD)]).await, 3);
    }
    let deep = "[".repeat(100_000);
    let items = "1,".repeat(10_001);
    for (list, text) in [
        ("[[[1]]]", "invalid parameter [ids]: a list nests at most 2 levels"),
        (&deep, "invalid parameter [ids]: a list nests at most 2 levels"),
        (&items, "invalid parameter [ids]: a list has at most 10000 items"),
    ] {
        let params = [("ids", list), ("password", PASSWORD)];
        let answer = owner.post(delete, &params).await;
        assert_eq!((&answer["result"], &answer["error"]), (&json!(3), &json!(text)));
        let mut request = post(&path(delete), Some("application/x-www-form-urlencoded"), form(&params));
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, "application/problem+json".parse().unwrap());
        headers.insert(header::AUTHORIZATION, format!("Bearer {}", owner.credential()).parse().unwrap());
        assert_eq!(server.send(request).await.status, 413);
    }
    // In one field or in many, it is one list.
    let many: Vec<_> = std::iter::repeat_n(("ids", &items[..100]), 300).chain([("password", PASSWORD)]).collect();
    assert_eq!(owner.code(delete, &many).await, 3);
}
