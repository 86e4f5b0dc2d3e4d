//! Commands in a container that runs.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures::StreamExt;
use tokio::io::AsyncWriteExt;

use super::host::{Connection, Host};
use super::random::random_word;
use crate::{EngineError, Executed, Exit};

/// The variable by which all processes of one command are found, whatever they did to leave it.
const MARK: &str = "KEYRACK_COMMAND";

/// How long ending a command's processes may take.
const ENDING: Duration = Duration::from_secs(15);

/// A command as an engine takes it.
pub struct Command<'a> {
    pub words: Vec<String>,
    pub say_yes: bool,
    pub time_limit: Duration,
    /// The most bytes that are kept of each stream.
    pub output_limit: usize,
    /// Whom it is executed as; the container's user unless said otherwise.
    pub user: Option<&'a str>,
    pub container: &'a str,
}

/// Executes it. What it leaves running ends with it, also when its time is over or nobody waits for it any more.
///
/// # Errors
/// [`EngineError::Away`], [`EngineError::Failed`].
pub async fn execute(host: &Host, at: &Connection, command: Command<'_>) -> Result<Executed, EngineError> {
    let word = random_word()?;
    let mut ending = Ending { at: Some(at.clone()), container: command.container.to_owned(), word: word.clone() };
    let ran = run(host, at, &command, Some(&word));
    let (output, in_time) = match tokio::time::timeout(command.time_limit, ran).await {
        Ok(output) => (output?, true),
        Err(_) => (Output { exit: Exit::Signal(9), out: Vec::new(), err: Vec::new() }, false),
    };
    ending.at = None;
    end_all(at, command.container, &word).await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Executed { exit: output.exit, out: text(&output.out), err: text(&output.err), in_time })
}

/// Executes words that leave nothing running, and answers what they wrote.
///
/// # Errors
/// As [`execute`].
pub async fn simple(
    host: &Host,
    at: &Connection,
    container: &str,
    user: Option<&str>,
    words: &[&str],
) -> Result<Executed, EngineError> {
    let command = Command {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        say_yes: false,
        time_limit: ENDING,
        output_limit: 4 << 20,
        user,
        container,
    };
    let output = tokio::time::timeout(ENDING * 4, run(host, at, &command, None))
        .await
        .map_err(|_| EngineError::Failed("it took too long".to_owned()))??;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Executed { exit: output.exit, out: text(&output.out), err: text(&output.err), in_time: true })
}

/// How long after an answer the next one is given. Podman loses what a command wrote last when answers are on their way at its end.
const NEXT_ANSWER: Duration = Duration::from_millis(25);

struct Output {
    exit: Exit,
    out: Vec<u8>,
    err: Vec<u8>,
}

async fn run(host: &Host, at: &Connection, command: &Command<'_>, mark: Option<&str>) -> Result<Output, EngineError> {
    let options = CreateExecOptions {
        attach_stdin: Some(command.say_yes),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        env: mark.map(|word| vec![format!("{MARK}={word}")]),
        cmd: Some(command.words.clone()),
        user: command.user.map(str::to_owned),
        ..CreateExecOptions::default()
    };
    let exec = at.docker.create_exec(command.container, options).await.map_err(|error| host.failed(&error))?.id;
    let started = at.docker.start_exec(&exec, Some(StartExecOptions::default())).await;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    if let StartExecResults::Attached { mut output, mut input } = started.map_err(|error| host.failed(&error))? {
        let yes = command.say_yes;
        let answering = tokio::spawn(async move {
            while yes && input.write_all(b"y\n").await.is_ok() {
                tokio::time::sleep(NEXT_ANSWER).await;
            }
        });
        while let Some(part) = output.next().await {
            match part {
                Ok(LogOutput::StdErr { message }) => keep(&mut err, &message, command.output_limit),
                Ok(LogOutput::StdOut { message } | LogOutput::Console { message }) => {
                    keep(&mut out, &message, command.output_limit);
                }
                Ok(LogOutput::StdIn { .. }) => {}
                // Whoever has read enough may close with answers still on their way; how it ended is asked below.
                Err(error) => {
                    tracing::debug!(%error, "a command's output was broken off");
                    break;
                }
            }
        }
        answering.abort();
    }
    let found = at.docker.inspect_exec(&exec).await.map_err(|error| host.failed(&error))?;
    let code = found.exit_code.and_then(|code| i32::try_from(code).ok()).unwrap_or(-1);
    Ok(Output { exit: if (129..=192).contains(&code) { Exit::Signal(code - 128) } else { Exit::Code(code) }, out, err })
}

fn keep(kept: &mut Vec<u8>, more: &[u8], limit: usize) {
    kept.extend_from_slice(&more[..more.len().min(limit.saturating_sub(kept.len()))]);
}

/// Ends every process of the container that has the mark.
async fn end_all(at: &Connection, container: &str, word: &str) {
    // Nothing but a shell and `cat` is needed; a process that appears meanwhile is found in the next round.
    let script = format!(
        "n=0; while [ $n -lt 20 ]; do n=$((n+1)); found=; for p in /proc/[0-9]*; do [ $p = /proc/$$ ] && continue; \
         case \"$(cat $p/environ 2>/dev/null)\" in *{MARK}={word}*) found=1; kill -9 ${{p#/proc/}} 2>/dev/null;; esac; done; \
         [ -z \"$found\" ] && exit; done"
    );
    let options = CreateExecOptions {
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        cmd: Some(vec!["/bin/sh".to_owned(), "-c".to_owned(), script]),
        ..CreateExecOptions::default()
    };
    let ended = tokio::time::timeout(ENDING, async {
        let exec = at.docker.create_exec(container, options).await?.id;
        if let StartExecResults::Attached { mut output, .. } = at.docker.start_exec(&exec, None).await? {
            while output.next().await.is_some() {}
        }
        Ok::<_, bollard::errors::Error>(())
    });
    match ended.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "what a command left running could not be ended"),
        Err(_) => tracing::warn!("what a command left running could not be ended in time"),
    }
}

/// Ends a command that nobody waits for any more.
struct Ending {
    at: Option<Connection>,
    container: String,
    word: String,
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(at) = self.at.take() {
            let (container, word) = (std::mem::take(&mut self.container), std::mem::take(&mut self.word));
            tokio::spawn(async move { end_all(&at, &container, &word).await });
        }
    }
}
