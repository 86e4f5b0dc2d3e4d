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

#[test]
fn nothing_but_a_path_and_one_host_is_taken_for_an_address() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let long = "a".repeat(300);
    for head in [
        "GET evil:80 HTTP/1.1\r\nHost: localhost",
        "POST evil:80 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0",
        "GET evil.example HTTP/1.1\r\nHost: localhost",
        "GET * HTTP/1.1\r\nHost: localhost",
        "OPTIONS * HTTP/1.1\r\nHost: localhost",
        "CONNECT evil:80 HTTP/1.1\r\nHost: localhost",
        "CONNECT evil:80 HTTP/1.1\r\nHost: evil:80",
        "CONNECT /healthz HTTP/1.1\r\nHost: localhost",
        "GET ?a HTTP/1.1\r\nHost: localhost",
        "GET #a HTTP/1.1\r\nHost: localhost",
        "GET healthz HTTP/1.1\r\nHost: localhost",
        "GET [::1]:80 HTTP/1.1\r\nHost: localhost",
        "GET a@b HTTP/1.1\r\nHost: localhost",
        "GET http:// HTTP/1.1\r\nHost: localhost",
        "GET http:///healthz HTTP/1.1\r\nHost: localhost",
        "GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost",
        "GET http://a@localhost/healthz HTTP/1.1\r\nHost: localhost",
        "GET http://localhost:80/healthz HTTP/1.1\r\nHost: localhost",
        "GET ftp://localhost/healthz HTTP/1.1\r\nHost: localhost",
        "GET file:///etc/passwd HTTP/1.1\r\nHost: localhost",
        "GET javascript:1 HTTP/1.1\r\nHost: localhost",
        "GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHOST: evil.example",
        "GET /1.0/a/b/rest/c HTTP/1.1\r\nHost: a\r\nHost: b\r\nHost: c",
        "GET /healthz HTTP/1.1\r\nAccept: */*",
        "GET /healthz HTTP/1.1\r\nHost:",
        "GET /healthz HTTP/1.1\r\nHost: a b",
        "GET /healthz HTTP/1.1\r\nHost: a, b",
        "GET /healthz HTTP/1.1\r\nHost: a/b",
        "GET /healthz HTTP/1.1\r\nHost: user@localhost",
        "GET /healthz HTTP/1.1\r\nHost: localhost:port",
        "GET /healthz HTTP/1.1\r\nHost: localhost:99999",
        "GET /healthz HTTP/1.1\r\nHost: http://localhost",
        "GET /healthz HTTP/1.1\r\nHost: \u{e9}.example",
        "GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b",
        &format!("GET /healthz HTTP/1.1\r\nHost: {long}"),
    ] {
        let answer = talk(&server, format!("{head}\r\nConnection: close\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.0 400 "), "{head:?}: {answer}");
        assert!(!answer.contains("evil"), "{head:?}: {answer}");
    }
    for head in [
        "GET /healthz HTTP/1.1\r\nHost: localhost",
        "GET /healthz HTTP/1.0",
        "GET /healthz?a#b HTTP/1.1\r\nHost: [::1]:8080",
        "GET http://localhost/healthz HTTP/1.1\r\nHost: LOCALHOST",
        "GET http://localhost:8080/healthz HTTP/1.1\r\nHost: localhost:8080",
        "GET http://localhost/healthz HTTP/1.0",
    ] {
        let answer = talk(&server, format!("{head}\r\nConnection: close\r\n\r\n").as_bytes());
        assert!(answer.contains(" 200 OK\r\n") && answer.ends_with("ok\n"), "{head:?}: {answer}");
    }
}

#[test]
fn no_path_makes_the_server_fail() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    for path in [
        "//",
        "///",
        "//evil.example/",
        "/%",
        "/%ff",
        "/%00",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/../../etc/passwd",
        "/\\..\\",
        "/?%ff=%ff",
        "/?&&==",
        "/[",
        "/{x}",
        "/<script>",
        "/docs/api/%ff",
        "/docs/api/%2f%2f",
        "/settings/%00",
        "/pkg/%ff",
        "/pkg/../../x",
        "/internal/call/%ff",
        "/internal/upload/x/y",
        "/1.0/%ff/%00/rest/x?a=%",
        "/deploy/%ff",
        "/signin?next=//a",
        "/invite?%",
        "/\u{e9}",
        "/\u{1f511}",
        "/;a=b",
        "/a:80",
        "/@",
        "/*",
    ] {
        for verb in ["GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "PROPFIND", "X"] {
            let head =
                format!("{verb} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let answer = talk(&server, head.as_bytes());
            let status = answer.split(' ').nth(1).unwrap_or_default();
            assert!(matches!(status.parse(), Ok(200..=499)), "{verb} {path}: {answer}");
        }
    }
    for bytes in [&b"\xff"[..], b"\xc3\x28", b"\x7f", b"\t", b"\x0b"] {
        let answer =
            talk(&server, &[b"GET /", bytes, b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"].concat());
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(matches!(status.parse(), Ok(200..=499)), "{bytes:?}: {answer}");
    }
}

/// The most memory that the server has taken so far, in KiB.
fn most_memory(server: &Running) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid().as_raw_nonzero())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Sends a part's head of so many bytes from each of eight clients that do not care for the answer; what each got to read.
fn endless_heads(server: &Running, bytes: usize) -> Vec<String> {
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            let begin = "--b\r\nContent-Disposition: form-data; name=\"";
            let length = begin.len() + bytes;
            std::thread::spawn(move || {
                let head = format!(
                    "POST /1.0/storage/uploader/rest/upload HTTP/1.1\r\nHost: localhost\r\n\
                     Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n{begin}"
                );
                stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
                stream.write_all(head.as_bytes()).unwrap();
                let piece = [b'a'; 64 << 10];
                for _ in 0..bytes / piece.len() {
                    if stream.write_all(&piece).is_err() {
                        break;
                    }
                }
                let mut answer = Vec::new();
                // The connection may be reset, when more was sent than is read after an answer.
                let _ = stream.read_to_end(&mut answer);
                String::from_utf8(answer).unwrap()
            })
        })
        .collect();
    clients.into_iter().map(|client| client.join().unwrap()).collect()
}

#[test]
fn memory_does_not_grow_with_what_a_stranger_sends() {
    let mut most = Vec::new();
    for bytes in [4 << 20, 16 << 20] {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path());
        for answer in endless_heads(&server, bytes) {
            assert!(answer.contains("connection: close\r\n"), "{answer}");
            assert!(answer.contains("the head of a part of the multipart form is longer than 64 KiB"), "{answer}");
        }
        most.push(most_memory(&server));
    }
    assert!(most[1] * 10 <= most[0] * 12, "{most:?} KiB for 32 and for 128 MiB");
}
