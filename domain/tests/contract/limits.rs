//! What is counted is counted under a lock: of several requests at once, from two servers, only as many pass as there is room.

use keyrack_domain::environments::{FileLocation, NodeChoice};
use keyrack_domain::marketplace::InstallRequest;
use keyrack_domain::scheduler::NewTask;
use keyrack_domain::{Error, Result};

use crate::environments::{House, web};
use crate::test_domain::{GET, TestDomain, client, on_both};

/// As many rows as this, each with its number `i`, for the owner's account `a` and user `u`.
fn rows(count: usize, columns: &str) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT {columns} FROM n, \
         (SELECT id FROM accounts ORDER BY id LIMIT 1) a, (SELECT id FROM users ORDER BY id LIMIT 1) u"
    )
}

/// Of all that were tried at once, one passed, and the others met the limit.
fn one_passed<T>(what: &str, results: Vec<Result<T>>) {
    let refused = results.iter().filter(|result| matches!(result, Err(Error::Limit(_)))).count();
    let errors: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!((refused, results.len() - refused), (results.len() - 1, 1), "{what}: {errors:?}");
}

on_both! {
    async fn of_several_at_once_only_as_many_pass_as_there_is_room(bed: TestDomain) {
        let (owner, other, client) = (bed.owner().await, bed.again().await, client());
        let servers = [&bed.keyrack, &other, &bed.keyrack, &other, &bed.keyrack, &other];
        let manifest = "type: install\nname: a\nonInstall: {log: a}";

        let filled = rows(99, "a.id, 'x', 0, 0");
        bed.execute(&format!("INSERT INTO marketplace_apps (account_id, manifest, created_at, changed_at) {filled}")).await.unwrap();
        let adding = servers.map(|keyrack| keyrack.marketplace.add_app(&owner, &client, manifest));
        one_passed("apps", futures::future::join_all(adding).await);

        let filled = rows(199, "a.id, u.id, 'x' || n.i, 0");
        bed.execute(&format!("INSERT INTO marketplace_favorites (account_id, user_id, app_id, created_at) {filled}")).await.unwrap();
        let apps = ["static-site", "variables", "scale"];
        let adding = apps.iter().zip(servers).map(|(app, keyrack)| keyrack.marketplace.add_favorite_app(&owner, &client, app));
        one_passed("favorite apps", futures::future::join_all(adding).await);

        let filled = rows(999, "a.id, u.id, 'x' || n.i, 'x', '{}', '{}', 0");
        let columns = "account_id, user_id, unique_name, manifest, settings, globals, created_at";
        bed.execute(&format!("INSERT INTO installations ({columns}) {filled}")).await.unwrap();
        let installing =
            servers.map(|keyrack| keyrack.marketplace.install(&owner, &client, manifest, InstallRequest::default()));
        let installed = futures::future::join_all(installing).await;
        one_passed("installations", installed.into_iter().map(|done| done.map(|done| done.unique_name)).collect());

        let filled = rows(999, "a.id, 'x' || n.i, '{}', 0");
        bed.execute(&format!("INSERT INTO environment_groups (account_id, name, data, created_at) {filled}")).await.unwrap();
        let names = ["a", "b", "c", "d", "e", "f"];
        let adding =
            names.iter().zip(servers).map(|(name, keyrack)| keyrack.environments.create_group(&owner, &client, name, None, None));
        one_passed("groups", futures::future::join_all(adding).await);

        let filled = rows(99, "a.id, u.id, '* * * * *', 'x', 0");
        bed.execute(&format!("INSERT INTO tasks (account_id, user_id, schedule, method, created_at) {filled}")).await.unwrap();
        let task = || NewTask { schedule: "* * * * *".into(), method: GET.into(), params: None, description: String::new() };
        let adding = servers.map(|keyrack| keyrack.scheduler.create(&owner, &client, None, task()));
        one_passed("tasks", futures::future::join_all(adding).await);

        let filled = rows(199, "a.id, u.id, 'k' || n.i, 'x', 1, 0");
        bed.execute(&format!("INSERT INTO uploads (account_id, user_id, file_key, name, size, created_at) {filled}")).await.unwrap();
        let mut files = Vec::new();
        for _ in 0..4 {
            files.push(bed.keyrack.uploads.receive(&owner, "a.zip").await.unwrap().finish().await.unwrap());
        }
        let keeping = files.iter().zip(servers).map(|(file, keyrack)| keyrack.uploads.keep(&owner, &client, file));
        one_passed("uploads", futures::future::join_all(keeping).await);
    }

    async fn installed_manifests_are_bounded_in_all(bed: TestDomain) {
        let owner = bed.owner().await;
        let long = "x".repeat(256 << 10);
        let filled = rows(64, &format!("a.id, u.id, 'x' || n.i, '{long}', '{{}}', '{{}}', 0"));
        let columns = "account_id, user_id, unique_name, manifest, settings, globals, created_at";
        bed.execute(&format!("INSERT INTO installations ({columns}) {filled}")).await.unwrap();
        let manifest = "type: install\nname: a\nonInstall: {log: a}";
        let refused = bed.keyrack.marketplace.install(&owner, &client(), manifest, InstallRequest::default()).await;
        let error = refused.map(drop).unwrap_err().to_string();
        assert!(error.contains("16 MiB in all"), "{error}");
        assert_eq!(bed.keyrack.marketplace.installations(&owner).await.unwrap().len(), 64);
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
}
