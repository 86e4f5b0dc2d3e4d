//! Containers: the contract on Podman and on Docker, and what containers have to show besides.
//!
//! `.ci/with-containers` brings the engines; without it these tests say that they were skipped.

mod commands;
mod files;
mod images;
mod lasting;
mod support;
mod walls;

/// Runs a test on each engine, as a test of its own; says so when there is no such engine.
macro_rules! on_engines {
    ($($name:ident),+ $(,)?) => {
        mod podman {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(bench) = $crate::support::Bench::podman() {
                    super::$name(bench).await;
                }
            }
        )+}
        mod docker {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(bench) = $crate::support::Bench::docker() {
                    super::$name(bench).await;
                }
            }
        )+}
    };
}
pub(crate) use on_engines;

/// The contract, with each of its tests skipped where there is no such engine.
macro_rules! contract {
    ($engine:ident: $($name:ident),+ $(,)?) => {
        mod $engine {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(bench) = $crate::support::Bench::$engine() {
                    keyrack_engine::contract::$name(bench.subject()).await;
                }
            }
        )+}
    };
}

mod contract {
    contract! { podman:
        sees_only_its_own_environment, ends_when_asked, is_made_to_end_when_it_ignores_sigterm, tells_how_it_crashed,
        takes_children_with_it, leaves_no_daemon_when_it_ends_by_itself, keeps_the_end_of_a_flood, stops_in_mid_flood,
        refuses_what_there_is_not, runs_a_node_once, keeps_files_until_removed, many_nodes_at_once,
    }
    contract! { docker:
        sees_only_its_own_environment, ends_when_asked, is_made_to_end_when_it_ignores_sigterm, tells_how_it_crashed,
        takes_children_with_it, leaves_no_daemon_when_it_ends_by_itself, keeps_the_end_of_a_flood, stops_in_mid_flood,
        refuses_what_there_is_not, runs_a_node_once, keeps_files_until_removed, many_nodes_at_once,
    }
}
