//! Commands in containers, and what containers use.

use std::time::{Duration, Instant};

use keyrack_engine::contract::processes::{marker, until, until_none_with};
use keyrack_engine::{Engine, Execution, Exit};

use super::support::Bench;

super::on_engines! {
    a_command_has_an_exit_code_and_two_outputs, a_command_ends_when_its_time_is_over,
    what_a_command_leaves_running_ends_with_it, a_question_is_answered_with_yes, use_has_one_shape,
    running_out_of_memory_is_told,
}

fn execution(command: &str) -> Execution {
    Execution { command: command.into(), say_yes: false, time_limit: Duration::from_secs(30), output_limit: 1000 }
}

async fn a_command_has_an_exit_code_and_two_outputs(bench: Bench) {
    let mut spec = bench.running("sleep 1000");
    spec.variables.insert("GREETING".into(), "hello\nworld=1".into());
    let _started = bench.engine.start(&spec).await.unwrap();
    let done = bench.engine.execute(&spec, &execution("echo \"$GREETING\"; echo bad >&2; exit 3")).await.unwrap();
    assert_eq!((done.exit, &*done.out, &*done.err, done.in_time), (Exit::Code(3), "hello\nworld=1\n", "bad\n", true));
    let much = bench.engine.execute(&spec, &execution("head -c 5000 /dev/zero | tr '\\0' x")).await.unwrap();
    assert_eq!(much.out.len(), 1000);
    bench.remove(&[&spec]).await;
}

async fn a_command_ends_when_its_time_is_over(bench: Bench) {
    let spec = bench.running("sleep 1000");
    let _started = bench.engine.start(&spec).await.unwrap();
    let mark = marker();
    let command = format!("trap '' TERM; (setsid sleep {mark} &); sleep {mark}; sleep {mark}");
    let begun = Instant::now();
    let limited = Execution { time_limit: Duration::from_secs(1), ..execution(&command) };
    let done = bench.engine.execute(&spec, &limited).await.unwrap();
    assert!(!done.in_time && begun.elapsed() >= Duration::from_secs(1));
    until_none_with(&mark).await;
    // So does one that nobody waits for.
    let engine = bench.engine.clone();
    let (node, waited) = (spec.clone(), execution(&format!("sleep {mark}")));
    let waiting = tokio::spawn(async move { engine.execute(&node, &waited).await });
    until("it runs", || async { !keyrack_engine::contract::processes::processes_with(&mark).is_empty() }).await;
    waiting.abort();
    until_none_with(&mark).await;
    bench.remove(&[&spec]).await;
}

async fn what_a_command_leaves_running_ends_with_it(bench: Bench) {
    let spec = bench.running("sleep 1000");
    let _started = bench.engine.start(&spec).await.unwrap();
    let mark = marker();
    let command = format!("(setsid sleep {mark} >/dev/null 2>&1 &); echo done");
    assert_eq!(bench.engine.execute(&spec, &execution(&command)).await.unwrap().out, "done\n");
    assert_eq!(keyrack_engine::contract::processes::processes_with(&mark), [0; 0]);
    bench.remove(&[&spec]).await;
}

async fn a_question_is_answered_with_yes(bench: Bench) {
    let spec = bench.running("sleep 1000");
    let _started = bench.engine.start(&spec).await.unwrap();
    let asks = Execution { say_yes: true, ..execution("read a; read b; echo $a$b") };
    assert_eq!(bench.engine.execute(&spec, &asks).await.unwrap().out, "yy\n");
    assert_eq!(bench.engine.execute(&spec, &execution("cat; echo end")).await.unwrap().out, "end\n");
    bench.remove(&[&spec]).await;
}

async fn use_has_one_shape(bench: Bench) {
    let spec = bench.running("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 1000 & sleep 1000");
    let _started = bench.engine.start(&spec).await.unwrap();
    until("it has used something", || async {
        let stats = bench.engine.stats(spec.id).await;
        stats.cpu > Duration::from_millis(20) && stats.memory > 0 && stats.processes >= 2
    })
    .await;
    bench.engine.limit(spec.id, 256 << 20).await;
    bench.engine.stop(spec.id, Duration::ZERO).await.unwrap();
    assert_eq!(bench.engine.stats(spec.id).await, keyrack_engine::NodeStats::default());
    bench.remove(&[&spec]).await;
}

async fn running_out_of_memory_is_told(bench: Bench) {
    let mut spec = bench.running("exec tail /dev/zero");
    spec.memory = 32 << 20;
    let exit = bench.engine.start(&spec).await.unwrap().exited.await.unwrap();
    assert_eq!(exit, Exit::OutOfMemory);
    assert!(exit.to_string().contains("memory"));
    bench.remove(&[&spec]).await;
}
