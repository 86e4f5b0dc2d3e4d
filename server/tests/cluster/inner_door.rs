//! The door between servers is open to servers on the same database, and to nobody else.

use crate::support::{Database, two};

#[tokio::test]
async fn nobody_else_comes_in() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    let now = database.count("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)").await.to_string();
    for path in ["/internal/call/1.0/environment/control/rest/stopenv", "/internal/page/environments/first/stop"] {
        for signature in [None, Some(""), Some("00"), Some(&"0".repeat(64))] {
            let mut request = one
                .request(reqwest::Method::POST, path)
                .bearer_auth(&session)
                .header("x-keyrack-from", "a")
                .header("x-keyrack-to", "b")
                .header("x-keyrack-at", &now)
                .header("x-keyrack-client", "192.0.2.1")
                .header("x-keyrack-agent", "")
                .form(&[("envName", "first")]);
            if let Some(signature) = signature {
                request = request.header("x-keyrack-signature", signature);
            }
            assert_eq!(request.send().await.unwrap().status(), 404, "{path} {signature:?}");
        }
    }
    assert_eq!(other.status(&session, "first").await, 1, "it still runs");
}

#[tokio::test]
async fn a_stranger_is_sent_away_before_anything_is_read() {
    use std::io::{Read, Write};
    let Some(database) = Database::fresh().await else { return };
    let (one, _other) = two(&database).await;
    let mut stream = std::net::TcpStream::connect(one.url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
    let head = "POST /internal/call/1.0/environment/control/rest/stopenv HTTP/1.1\r\nhost: x\r\nx-keyrack-from: a\r\n\
                x-keyrack-to: b\r\nx-keyrack-at: 1\r\nx-keyrack-client: 192.0.2.1\r\nx-keyrack-agent: a\r\n\
                x-keyrack-signature: 00\r\ncontent-length: 1000000\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer, although the body does not come");
    assert_eq!(&answer, b"HTTP/1.1 404");
}
