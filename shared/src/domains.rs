//! The parts that functions take from the declarations of all domains.

#[cfg(test)]
mod key_picture;

pub use crate::DOMAINS;
use crate::domain::{
    clean_up::{Stage, Task},
    erasure::{ErasePage, Erased},
    export::{PartSchema, Reader},
};

/// Goes through one list of all domains. A constant may not use iterators.
macro_rules! each {
    ($list:ident, $item:ident => $body:block) => {
        let mut domain = 0;
        while domain < DOMAINS.len() {
            let list = DOMAINS[domain].$list;
            let mut place = 0;
            while place < list.len() {
                let $item = list[place];
                $body
                place += 1;
            }
            domain += 1;
        }
    };
}

/// Reads a customer's export, part by part.
pub const EXPORT: [Reader; PARTS] = {
    let mut found = [None; PARTS];
    let mut count = 0;
    each!(export, part => {
        found[count] = Some(part.reader);
        count += 1;
    });
    all(found)
};

/// The schema of the export, part by part.
pub const EXPORT_SCHEMA: [PartSchema; PARTS] = {
    let mut found = [None; PARTS];
    let mut count = 0;
    each!(export, part => {
        found[count] = Some(part.schema);
        count += 1;
    });
    all(found)
};

/// Erases a customer, prefix by prefix.
pub const ERASURES: [ErasePage; ERASED] = {
    let mut found = [None; ERASED];
    let mut count = 0;
    each!(prefixes, prefix => {
        if let Erased::By(erase) | Erased::ByPhone(erase) = prefix.erased {
            found[count] = Some(erase);
            count += 1;
        }
    });
    each!(prefixes, prefix => {
        if let Erased::LastBy(erase) = prefix.erased {
            found[count] = Some(erase);
            count += 1;
        }
    });
    all(found)
};

/// The tasks of the clean-up, stage by stage.
pub const TASKS: [Task; TASK_COUNT] = {
    let mut found = [None; TASK_COUNT];
    let (mut count, mut stage) = (0, Stage::Money as u8);
    while stage <= Stage::LAST as u8 {
        each!(tasks, task => {
            if task.stage as u8 == stage {
                found[count] = Some(task);
                count += 1;
            }
        });
        stage += 1;
    }
    all(found)
};

const PARTS: usize = {
    let mut count = 0;
    each!(export, _part => { count += 1; });
    count
};

const ERASED: usize = {
    let mut count = 0;
    each!(prefixes, prefix => {
        if !matches!(prefix.erased, Erased::Nothing(_)) {
            count += 1;
        }
    });
    count
};

const TASK_COUNT: usize = {
    let mut count = 0;
    each!(tasks, _task => { count += 1; });
    count
};

const fn all<T: Copy, const N: usize>(found: [Option<T>; N]) -> [T; N] {
    let Some(first) = found[0] else { panic!("there is none") };
    let mut all = [first; N];
    let mut place = 0;
    while place < N {
        if let Some(one) = found[place] {
            all[place] = one;
        }
        place += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_erased_last() {
        let last = DOMAINS.iter().flat_map(|domain| domain.prefixes);
        let last: Vec<&str> = last
            .filter(|prefix| matches!(prefix.erased, Erased::LastBy(_)))
            .map(|prefix| prefix.name)
            .collect();
        assert_eq!(last, ["AUTH#"]);
    }

    #[test]
    fn tasks_run_stage_by_stage_and_all_have_their_own_names() {
        assert!(TASKS.is_sorted_by_key(|task| task.stage));
        let mut names = TASKS.map(|task| task.name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TASKS.len(), "{names:?}");
    }
}
