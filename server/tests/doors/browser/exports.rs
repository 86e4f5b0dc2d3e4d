//! The audit log as a file.

use http::header;

use super::visitor::{Browser, location};
use crate::support::Server;

#[tokio::test]
async fn the_log_comes_as_csv_with_formulas_made_text() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let owner = server.owner().await;
    let params = [
        ("description", "=HYPERLINK(\"x\"), \"quoted\""),
        ("apiList", "users.account.GetUserInfo"),
        ("password", crate::support::PASSWORD),
    ];
    assert_eq!(owner.code("users.authentication.CreateToken", &params).await, 0);
    let reply = browser.get("/settings/audit/export.csv?method=token.create").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(reply.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"keyrack-audit-2027-01-01.csv\"");
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    let lines: Vec<_> = reply.text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 2, "{}", reply.text);
    assert_eq!(lines[0], "id,at,actor,action,subject,outcome,details,address");
    assert!(lines[1].contains("\"\"quoted\"\""), "{}", lines[1]);
    assert!(!lines[1].contains(",="), "{}", lines[1]);
}

#[tokio::test]
async fn the_log_comes_as_ndjson_filtered_as_the_page() {
    let server = Server::start().await;
    let mut browser = Browser::of_owner(&server).await;
    let all = browser.get("/settings/audit/export.ndjson").await;
    let entries: Vec<serde_json::Value> = all.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(entries.len() >= 2 && entries.is_sorted_by_key(|entry| entry["id"].as_i64()), "{}", all.text);
    assert!(entries.iter().all(|entry| entry["details"].is_object()), "{}", all.text);
    assert_eq!(entries[0]["at"], "2027-01-01T12:00:00.000Z");
    let none = browser.get("/settings/audit/export.ndjson?from=02-01-2027").await;
    assert_eq!((none.status.as_u16(), none.text.as_str()), (200, ""));
    let wrong = browser.get("/settings/audit/export.ndjson?from=01/02/2027").await;
    assert_eq!(wrong.status, 400, "a day that cannot be read must not pass for no day");
}

#[tokio::test]
async fn strangers_get_no_file() {
    let server = Server::start().await;
    for kind in ["csv", "ndjson"] {
        let reply = Browser::new(&server).get(&format!("/settings/audit/export.{kind}?person=ada")).await;
        assert_eq!(location(&reply), "/signin?next=/settings/audit%3Fperson%3Dada&ended=1", "{kind}");
        let token = server.extended_token().await;
        let path = format!("/settings/audit/export.{kind}?session={}", token.credential());
        assert_eq!(Browser::new(&server).get(&path).await.status, 303);
    }
}
