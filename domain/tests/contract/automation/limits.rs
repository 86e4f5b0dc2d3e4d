//! As in [`crate::limits`]: what is counted is counted under a lock.

use keyrack_domain::marketplace::InstallRequest;
use keyrack_domain::scheduler::NewTask;

use crate::limits::{one_passed, rows};
use crate::test_domain::{GET, TestDomain, client, on_both};

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

        let filled = rows(99, "a.id, u.id, '* * * * *', 'x', 0");
        bed.execute(&format!("INSERT INTO tasks (account_id, user_id, schedule, method, created_at) {filled}")).await.unwrap();
        let task = || NewTask { schedule: "* * * * *".into(), method: GET.into(), params: None, description: String::new() };
        let adding = servers.map(|keyrack| keyrack.scheduler.create(&owner, &client, None, task()));
        one_passed("tasks", futures::future::join_all(adding).await);
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
}
