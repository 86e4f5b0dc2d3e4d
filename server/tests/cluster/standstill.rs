//! A server that is stopped for a while, as a debugger, a full machine or a sleeping one does it.

use std::time::Duration;

use futures::future::join_all;
use rustix::process::Signal;

use crate::support::{Database, PASSWORD, two};

const GET: &str = "environment.control.GetEnvs";
const CONNECTIONS: usize = 40;

#[tokio::test]
async fn a_server_that_stood_still_refuses_what_was_revoked_meanwhile() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let session = one.sign_in().await;
    let calls = async |key: &str| join_all((0..CONNECTIONS).map(|_| other.code(GET, key, &[]))).await;
    for stopped in [300, 300, 1000, 3000, 6000] {
        let (id, key) = one.token(&session, GET).await;
        // Connections that are kept, to a server that remembers the token.
        for _ in 0..2 {
            assert!(calls(&key).await.iter().all(|code| *code == 0));
        }
        other.signal(Signal::STOP);
        let fields = [("ids", id.as_str()), ("password", PASSWORD)];
        let stop = async {
            // The time for which it stands still, with the calls waiting at its connections.
            tokio::time::sleep(Duration::from_millis(stopped)).await;
            other.signal(Signal::CONT);
        };
        let revoked = one.code("users.authentication.DeleteTokens", &session, &fields).await;
        let (codes, ()) = tokio::join!(calls(&key), stop);
        assert_eq!(revoked, 0);
        assert!(codes.iter().all(|code| *code == 702), "stopped for {stopped} ms: {codes:?}");
        assert!(calls(&key).await.iter().all(|code| *code == 702));
    }
}
