//! What is counted is counted under a lock: of several requests at once, from two servers, only as many pass as there is room.

use keyrack_domain::bounds::counts::ENVIRONMENTS;
use keyrack_domain::environments::{FileLocation, NodeChoice};
use keyrack_domain::{Error, Result};

use crate::environments::{House, web};
use crate::test_domain::{GET, TestDomain, client, new_token, on_both};

/// As many rows as this, each with its number `i`, for the owner's account `a` and user `u`.
pub fn rows(count: i64, columns: &str) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT {columns} FROM n, \
         (SELECT id FROM accounts ORDER BY id LIMIT 1) a, (SELECT id FROM users ORDER BY id LIMIT 1) u"
    )
}

/// Of all that were tried at once, one passed, and the others met the limit.
pub fn one_passed<T>(what: &str, results: Vec<Result<T>>) {
    let refused = results.iter().filter(|result| matches!(result, Err(Error::Limit(_)))).count();
    let errors: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!((refused, results.len() - refused), (results.len() - 1, 1), "{what}: {errors:?}");
}

on_both! {
    async fn of_several_at_once_only_as_many_pass_as_there_is_room(bed: TestDomain) {
        let (owner, other, client) = (bed.owner().await, bed.again().await, client());
        let servers = [&bed.keyrack, &other, &bed.keyrack, &other, &bed.keyrack, &other];
        let filled = rows(999, "a.id, 'x' || n.i, '{}', 0");
        bed.execute(&format!("INSERT INTO environment_groups (account_id, name, data, created_at) {filled}")).await.unwrap();
        let names = ["a", "b", "c", "d", "e", "f"];
        let adding =
            names.iter().zip(servers).map(|(name, keyrack)| keyrack.environments.create_group(&owner, &client, name, None, None));
        one_passed("groups", futures::future::join_all(adding).await);

        let filled = rows(199, "a.id, u.id, 'k' || n.i, 'x', 1, 0");
        bed.execute(&format!("INSERT INTO uploads (account_id, user_id, file_key, name, size, created_at) {filled}")).await.unwrap();
        let mut files = Vec::new();
        for _ in 0..4 {
            files.push(bed.keyrack.uploads.receive(&owner, "a.zip").await.unwrap().finish().await.unwrap());
        }
        let keeping = files.iter().zip(servers).map(|(file, keyrack)| keyrack.uploads.keep(&owner, &client, file));
        one_passed("uploads", futures::future::join_all(keeping).await);
    }

    async fn of_an_environment_too(bed: TestDomain) {
        let house = House::on(bed).await;
        let (owner, other, client) = (house.owner.clone(), house.bed.again().await, client());
        let environment = house.create(web("a")).await;
        let servers = [&house.keyrack, &other, &house.keyrack, &other, &house.keyrack, &other];
        let id = environment.id.0;
        let filled = rows(49, &format!("{id}, u.id, 'x', 0"));
        house.bed.execute(&format!("INSERT INTO exports (environment_id, user_id, manifest, created_at) {filled}")).await.unwrap();
        let exporting = servers.map(|keyrack| keyrack.environments.export(&owner, &client, "a", "keyrack: 1"));
        one_passed("exports", futures::future::join_all(exporting).await);

        let node = environment.nodes().next().unwrap().id.0;
        let filled = rows(999, &format!("{node}, '/x' || n.i, 0"));
        house.bed.execute(&format!("INSERT INTO favorites (node_id, path, is_dir) {filled}")).await.unwrap();
        let place = FileLocation { environment: "a".into(), choice: NodeChoice::All, masters_only: false };
        let paths = ["a", "b", "c", "d", "e", "f"];
        let adding = paths.iter().zip(servers).map(|(path, keyrack)| {
            keyrack.environments.add_favorite(&owner, &client, &place, path, false, (None, None))
        });
        one_passed("favorite paths", futures::future::join_all(adding).await);
        house.keyrack.environments.stop_all().await;
    }

    async fn environments_of_an_account_too(bed: TestDomain) {
        let house = House::on(bed).await;
        let client = client();
        let columns = "account_id, creator_id, name, display_name, appid, status, wanted, settings, created_at";
        let filled = rows(ENVIRONMENTS - 1, "a.id, u.id, 'x' || n.i, '', 'x' || n.i, 2, 'stopped', '{}', 0");
        house.bed.execute(&format!("INSERT INTO environments ({columns}) {filled}")).await.unwrap();
        let creating = ["a", "b", "c", "d", "e", "f"];
        let creating = creating.map(|name| house.keyrack.environments.create(&house.owner, &client, web(name)));
        let created = futures::future::join_all(creating).await;
        let names = created.into_iter().map(|done| done.map(|operation| operation.environment.name));
        one_passed("environments", names.collect());
        house.keyrack.environments.stop_all().await;
    }

    async fn tokens_from_two_servers_too(bed: TestDomain) {
        let (owner, other) = (bed.owner().await, bed.again().await);
        let servers = [&bed.keyrack, &other, &bed.keyrack, &other, &bed.keyrack, &other];
        for _ in 0..4 {
            bed.token(&owner, new_token("t", &[GET])).await;
        }
        let (confirmed, new) = (bed.confirmed(&owner).await, new_token("t", &[GET]));
        let creating = servers.map(|keyrack| keyrack.tokens.create(&confirmed, &new));
        one_passed("tokens", futures::future::join_all(creating).await);
    }
}
