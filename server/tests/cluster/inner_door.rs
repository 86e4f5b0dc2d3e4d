//! The doors between servers are open to servers on the same database, and to nobody else.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::support::{Database, PASSWORD, Server, two};
use crate::uploads::archive;

#[tokio::test]
async fn nobody_else_comes_in() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.environment(&session, "first").await;
    let now = now(&database).await.to_string();
    let account = database.text("SELECT CAST(min(id) AS TEXT) FROM accounts").await;
    let address = archive(&one, &session, "secret").await;
    let upload = door_of(&account, &address);
    for path in
        ["/internal/call/1.0/environment/control/rest/stopenv", "/internal/page/environments/first/stop", &upload]
    {
        for signature in [None, Some(""), Some("00"), Some(&"0".repeat(64))] {
            let mut request = one
                .request(reqwest::Method::POST, path)
                .bearer_auth(&session)
                .header("x-keyrack-from", "a")
                .header("x-keyrack-to", "b")
                .header("x-keyrack-at", &now)
                .header("x-keyrack-nonce", "c")
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

/// A request as another server signs it, with the key from the database.
#[derive(Clone)]
struct Signed {
    key: Vec<u8>,
    from: String,
    to: String,
    at: i64,
    nonce: String,
    door: String,
    client: &'static str,
    credential: String,
    body: &'static str,
}

impl Signed {
    fn signature(&self) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).unwrap();
        let at = self.at.to_string();
        let (credential, body) = (Sha256::digest(&self.credential), Sha256::digest(self.body));
        let parts: [&[u8]; 11] = [
            b"keyrack passes on 2",
            self.from.as_bytes(),
            self.to.as_bytes(),
            at.as_bytes(),
            self.nonce.as_bytes(),
            self.door.as_bytes(),
            self.client.as_bytes(),
            b"",
            b"",
            &credential,
            &body,
        ];
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        hex::encode(mac.finalize().into_bytes())
    }

    /// Sends it, signed as something else if that is given; answers the status and what came.
    async fn send(&self, server: &Server, verb: &str, signature: &str) -> (u16, Vec<u8>) {
        let mut request = server
            .request(verb.parse().unwrap(), &self.door)
            .header("x-keyrack-from", &self.from)
            .header("x-keyrack-to", &self.to)
            .header("x-keyrack-at", self.at)
            .header("x-keyrack-nonce", &self.nonce)
            .header("x-keyrack-signature", signature)
            .header("content-type", "application/x-www-form-urlencoded");
        if !self.client.is_empty() {
            request = request.header("x-keyrack-client", self.client);
        }
        if !self.credential.is_empty() {
            request = request.header("authorization", self.credential.trim_end());
        }
        let answer = request.body(self.body).send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    }

    async fn sent(&self, server: &Server) -> (u16, Vec<u8>) {
        self.send(server, "POST", &self.signature()).await
    }

    /// The same once more, so that it can be taken.
    fn anew(&self) -> Signed {
        Signed { nonce: format!("{}x", self.nonce), ..self.clone() }
    }
}

async fn now(database: &Database) -> i64 {
    database.count("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)").await
}

fn id_of(server: &Server) -> String {
    std::fs::read_to_string(server.path("server-id")).unwrap().trim().to_owned()
}

/// Where a server asks for the file with this address.
fn door_of(account: &str, address: &str) -> String {
    format!("/internal/upload/{account}/{}", address.split('/').nth_back(1).unwrap())
}

#[tokio::test]
async fn a_signature_opens_one_door_once_for_what_was_signed() {
    let Some(database) = Database::fresh().await else { return };
    let (mut one, other) = two(&database).await;
    let session = one.sign_in().await;
    one.command(&["account", "create", "eve@example.org", "--password-stdin"], PASSWORD).await;
    let account = database.text("SELECT CAST(min(id) AS TEXT) FROM accounts").await;
    let eves = database.text("SELECT CAST(max(id) AS TEXT) FROM accounts").await;
    let address = archive(&one, &session, "secret").await;
    let content = std::fs::read(one.path("uploads").join(&one.uploads()[0])).unwrap();
    let key = hex::decode(database.text("SELECT encode(secret, 'hex') FROM cluster").await).unwrap();
    let mut good = Signed {
        key,
        from: id_of(&other),
        to: id_of(&one),
        at: now(&database).await,
        nonce: "1".into(),
        door: door_of(&account, &address),
        client: "",
        credential: String::new(),
        body: "",
    };
    assert_eq!(good.sent(&one).await, (200, content.clone()));
    assert_eq!(good.sent(&one).await.0, 404, "once");
    assert_eq!(good.anew().sent(&one).await.0, 200);

    good = good.anew().anew();
    let signature = good.signature();
    let elsewhere = door_of(&account, &archive(&one, &session, "another").await);
    for (what, other) in [
        ("unsigned", (good.clone(), String::new())),
        ("another key", (good.clone(), Signed { key: vec![7; 32], ..good.clone() }.signature())),
        ("another file", (Signed { door: elsewhere, ..good.clone() }, signature.clone())),
        ("another account", (Signed { door: door_of(&eves, &address), ..good.clone() }, signature.clone())),
        ("another door", (Signed { door: good.door.replace("upload", "call"), ..good.clone() }, signature.clone())),
        ("another server", (Signed { from: id_of(&one), ..good.clone() }, signature.clone())),
        ("another moment", (Signed { at: good.at + 1, ..good.clone() }, signature.clone())),
        ("another nonce", (good.anew(), signature.clone())),
    ] {
        let (request, signature) = other;
        assert_eq!(request.send(&one, "POST", &signature).await.0, 404, "{what}");
    }
    for (what, other) in [
        ("too old", Signed { at: good.at - 31_000, ..good.clone() }),
        ("too early", Signed { at: good.at + 60_000, ..good.clone() }),
        ("for another server", Signed { to: id_of(&other), ..good.clone() }),
        (
            "a way out of the folder",
            Signed { door: format!("/internal/upload/{account}/..%2Fserver-id"), ..good.clone() },
        ),
        ("no account", Signed { door: good.door.replace(&format!("/{account}/"), "/x/"), ..good.clone() }),
    ] {
        let (status, answer) = other.sent(&one).await;
        assert!(matches!(status, 404 | 410) && answer.is_empty(), "{what}: {status}");
    }
    for verb in ["GET", "PUT", "DELETE", "OPTIONS"] {
        assert_eq!(good.send(&one, verb, &signature).await.0, 404, "{verb}");
    }
    // Properly signed, for a file of another account, and for one that lies elsewhere.
    let others = Signed { door: door_of(&eves, &address), ..good.clone() };
    assert_eq!(others.sent(&one).await, (410, Vec::new()));
    let there = Signed { to: id_of(&other), ..good.anew() };
    assert_eq!(there.sent(&other).await, (410, Vec::new()));
    assert_eq!(good.sent(&one).await, (200, content), "nothing of all that used it up");

    // Calls that are passed on count once too.
    one.environment(&session, "first").await;
    let stop = Signed {
        at: now(&database).await,
        door: "/internal/call/1.0/environment/control/rest/stopenv".into(),
        client: "192.0.2.1",
        credential: format!("Bearer {session}\n"),
        body: "envName=first",
        ..good.clone()
    };
    let (status, answer) = stop.sent(&one).await;
    assert!(status == 200 && answer.starts_with(br#"{"result":0"#), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(stop.sent(&one).await.0, 404);

    // Who starts anew has forgotten what came before, and takes nothing from then.
    let before = Signed { at: now(&database).await, ..good.anew().anew() };
    assert_eq!(before.sent(&one).await.0, 200);
    one.kill().await;
    one.restart().await;
    assert_eq!(before.sent(&one).await.0, 404);
    assert_eq!(before.anew().sent(&one).await.0, 404);
    assert_eq!(Signed { at: now(&database).await, ..before.anew() }.sent(&one).await.0, 200);
}
