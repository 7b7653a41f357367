//! `doctor`: looks at what a deployed stack and its account need.

use clap::Args;

use super::{
    failure::Failure,
    output::print_line,
    stack_args::{http_url, template},
};
use crate::{
    doctor::{Finding, examine_stack, table},
    operator_aws,
    template::{Overrides, StandIns, Template},
};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    subject: Subject,
    /// Region of the stack [default: the region of your AWS profile]
    #[arg(long)]
    region: Option<String>,
    /// Use this address for all of AWS's APIs, such as that of an emulator
    #[arg(long, value_name = "URL", value_parser = http_url)]
    endpoint: Option<String>,
    /// Use this DynamoDB API instead of the one of AWS
    #[arg(long, value_name = "URL", value_parser = http_url, conflicts_with = "stack")]
    dynamodb_endpoint: Option<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Subject {
    /// Name of the deployed stack, such as satchel-prod
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// Check only this table (the stack's output `TableName`)
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
}

/// Fails if anything has to be done.
pub(super) async fn run(args: DoctorArgs) -> Result<(), Failure> {
    let (template, _) = template()?;
    let findings = match &args.subject {
        Subject { stack: Some(stack), .. } => {
            let config = operator_aws::config(args.region, args.endpoint.clone()).await;
            examine_stack(&template, config, args.endpoint, stack)
                .await
                .map_err(Failure::outcome)?
        }
        Subject { table, .. } => {
            let name = table.clone().unwrap_or_default();
            let endpoint = args.dynamodb_endpoint.or(args.endpoint);
            examine_table(&template, name, args.region, endpoint).await?
        }
    };
    findings.iter().for_each(print_line);
    match findings.iter().filter(|finding| finding.is_to_do()).count() {
        0 => Ok(()),
        count => Err(Failure::outcome(format_args!("{count} to do, see above"))),
    }
}

async fn examine_table(
    template: &Template,
    name: String,
    region: Option<String>,
    endpoint: Option<String>,
) -> Result<Vec<Finding>, Failure> {
    let secrets = template.secrets().into_iter().map(|id| (id, String::new())).collect();
    let stand_ins = StandIns { table_name: Some(name), secrets };
    let deployment = template.resolve(&Overrides::new(), &stand_ins).map_err(Failure::usage)?;
    let client = operator_aws::dynamodb(region, endpoint).await;
    table::examine(&client, &deployment.table).await.map_err(Failure::outcome)
}
