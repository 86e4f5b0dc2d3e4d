//! Connections as strangers use them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use crate::support::Running;

fn start(folder: &Path) -> Running {
    Running::start(folder, &[])
}

/// Sends these bytes and reads until the server closes.
fn talk(server: &Running, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").into_bytes()
}

#[test]
fn an_address_of_two_mebibytes_gets_an_answer_that_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let long = "x".repeat(2 << 20);
    let answer = talk(&server, &get(&format!("/1.0/users/authentication/rest/checksign?session={long}")));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with(
        r#"{"result":3,"error":"the address and headers of a request may have 64 KiB: send parameters in the body of a POST","source":"JEL"}"#
    ));
    let page = talk(&server, &get(&format!("/settings/tokens?{long}")));
    assert!(page.starts_with("HTTP/1.1 414 URI Too Long\r\n"), "{page}");
}

#[test]
fn what_is_not_http_gets_an_answer_that_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    for target in ["/1.0/users/authentication/rest/checksign?x=\0", "/1.0/a b c/rest/x", "/1.0/\u{1}"] {
        let answer = talk(&server, &get(target));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(
            answer.ends_with(r#"{"result":3,"error":"the request is not well-formed HTTP","source":"JEL"}"#),
            "{answer}"
        );
    }
    let answer = talk(&server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello, is this TLS?\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
}

#[test]
fn a_body_of_many_mebibytes_is_refused_after_it_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let body = "a".repeat(8 << 20);
    let head = format!(
        "POST /1.0/users/authentication/rest/checksign HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = talk(&server, (head + &body).as_bytes());
    assert!(answer.ends_with(r#"{"result":3,"error":"the body is larger than 1024 KiB","source":"JEL"}"#), "{answer}");
}

#[test]
fn one_connection_carries_many_calls() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let one = "GET /1.0/users/authentication/rest/nosuch HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = String::from_utf8(get("/healthz")).unwrap();
    let answer = talk(&server, (one.repeat(3) + &last).as_bytes());
    assert_eq!(answer.matches(r#""result":6"#).count(), 3, "{answer}");
    assert!(answer.ends_with("ok\n"));
}
