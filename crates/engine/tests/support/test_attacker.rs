//! A node that attacks, and a machine on which some system calls do not work.

mod attack;
mod without;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut next = |what| args.next().unwrap_or_else(|| panic!("{what} is missing"));
    match &*next("what to do") {
        "attack" => attack::attack(&next("the attack"), &next("its argument")),
        "without" => {
            let (calls, program) = (next("the calls"), next("the program"));
            without::without(&calls, &program, args)
        }
        other => panic!("unknown argument {other:?}"),
    }
}
