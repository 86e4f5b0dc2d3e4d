//! From starting a server to its first answer.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::client::Failure;
use crate::stats::{Times, ms};

const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the command as often; ` --listen ADDR:PORT` is added to it.
pub async fn measure(rounds: &str, command: &[&str]) -> Outcome {
    let mut times = Vec::new();
    for _ in 0..rounds.parse::<usize>()?.max(1) {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let begun = Instant::now();
        let mut server = Command::new(command[0])
            .args(&command[1..])
            .args(["--listen", &address.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let answered = first_answer(address, begun);
        server.kill()?;
        server.wait()?;
        times.push(answered?);
    }
    let times = Times::new(times);
    println!("{} {}", ms(times.median()).replace(' ', "_"), ms(times.most()).replace(' ', "_"));
    Ok(())
}

fn first_answer(address: SocketAddr, begun: Instant) -> Result<Duration, Failure> {
    while begun.elapsed() < PATIENCE {
        if let Ok(mut stream) = TcpStream::connect(address) {
            stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")?;
            let mut answer = [0; 12];
            if stream.read_exact(&mut answer).is_ok() && &answer == b"HTTP/1.1 200" {
                return Ok(begun.elapsed());
            }
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    Err("the server did not answer".into())
}
