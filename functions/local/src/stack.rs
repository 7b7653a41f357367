//! The whole of the system in one process: what `template.yaml` would deploy, on stand-ins for what
//! only AWS has.
//!
//! Invariant: a function here differs from a deployed one in its `AppState` alone: the addresses of
//! the engines, the secrets, and the clock, the chance and the clients where the tests give their
//! own. Two stacks over one DynamoDB address with the same secrets are two instances of one system.

mod options;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use shared::{app::AppState, aws::Clients, runtime::Function, settings::Settings};
use tokio::task::JoinSet;

pub use self::options::{ClientsOf, EngineAddresses, StackOptions};
use crate::{
    connections::Server,
    content_admin::{ContentAdmin, ContentError},
    data_folder::DataFolder,
    dynamodb::Engine,
    gateway::{Gateway, INTEGRATION_LIMIT, Target},
    groups,
    queue::{Fed, Queue},
    route_table::RouteTable,
    schedule::Scheduled,
    sns_recorder::Recorder,
    stack_error::StackError,
    table,
    template::{Deployment, FunctionDefinition, StandIns, Template},
};

/// A running stack. Dropped or stopped, its engines end.
pub struct Stack {
    /// The API in front of the functions.
    pub gateway: Gateway,
    /// What was sent.
    pub recorder: Recorder,
    /// The resolved template.
    pub deployment: Deployment,
    /// The secrets by logical id.
    pub secrets: BTreeMap<String, String>,
    /// Address of the DynamoDB API.
    pub dynamodb_endpoint: String,
    /// Address of the SNS API.
    pub sns_endpoint: String,
    /// The queue behind the topic, where a consumer has one.
    pub queue: Option<Queue>,
    fed: Option<Fed>,
    scheduled: Vec<Scheduled>,
    states: HashMap<String, AppState>,
    engine: Option<Engine>,
    sns: Option<Server>,
    _data: Option<DataFolder>,
}

impl Stack {
    /// Starts everything that `template` would deploy, and makes the table where it is absent.
    pub async fn start(template: &Template, options: StackOptions) -> Result<Self, StackError> {
        // Without secrets first: a wrong parameter shall not leave a folder behind.
        let mut options = options;
        options.fill_in(template);
        let data = options.check(template)?.data_folder()?;
        let secrets = options.secrets(template, data.as_ref())?;
        let stand_ins =
            StandIns { table_name: options.table_name.clone(), secrets: secrets.clone() };
        let deployment = template.resolve(&options.overrides, &stand_ins)?;
        groups::check(&deployment.functions)?;

        let recorder = Recorder::new(options.on_message.clone());
        let engine = options.start_engine(data.as_ref()).await?;
        let sns = options.start_recorder(&recorder).await?;
        let dynamodb_endpoint =
            options.dynamodb_endpoint.clone().or(engine.as_ref().map(Engine::endpoint));
        let sns_endpoint = options.sns_endpoint.clone().or(sns.as_ref().map(Server::url));
        let endpoints = Endpoints {
            dynamodb: dynamodb_endpoint.unwrap_or_default(),
            sns: sns_endpoint.unwrap_or_default(),
        };
        let settings = endpoints.settings(&deployment.functions)?;
        if let Some((_, settings)) = settings.first() {
            let clients = Clients::new(&settings.aws);
            table::create_table_if_absent(&clients.dynamodb, &deployment.table).await?;
        }
        let states = options.states(settings);
        let (queue, fed) = consumer(&deployment.functions, &states, &recorder, &options).unzip();
        let scheduled = scheduled(&deployment.functions, &states, &options);
        Ok(Self {
            gateway: gateway(&deployment.functions, &states, &options)?,
            recorder,
            deployment,
            secrets,
            dynamodb_endpoint: endpoints.dynamodb,
            sns_endpoint: endpoints.sns,
            queue,
            fed,
            scheduled,
            states,
            engine,
            sns,
            _data: data,
        })
    }

    /// Puts the content of the repository, and the samples of the shop where it is open, into a
    /// table that holds none.
    pub async fn fill(&self) -> Result<(), ContentError> {
        let is_open = |state: &&AppState| state.settings.shop().is_ok_and(|shop| shop.enabled);
        if let Some(state) = self.state("petstore").filter(is_open) {
            state.store.load_samples(state.now()).await.map_err(ContentError::Store)?;
        }
        let Some(state) = self.state("app-info") else { return Ok(()) };
        ContentAdmin::new(state.store.clone()).fill(app_info::SAMPLE, state.now()).await.map(drop)
    }

    /// What each function does beside its first request: opens its connections, publishes its keys.
    pub async fn prepare(&self) {
        for state in self.states.values() {
            state.prepare().await;
        }
    }

    /// Hands what waits in the queue to its consumer until nothing is visible there.
    pub async fn deliver(&self) {
        if let (Some(queue), Some(fed)) = (&self.queue, &self.fed) {
            queue.deliver(fed).await;
        }
    }

    /// Hands over what comes into the queue, from now on, as two instances at once, and runs what a
    /// schedule invokes.
    pub fn keep_delivering(&self) -> JoinSet<()> {
        let mut workers = JoinSet::new();
        if let (Some(queue), Some(fed)) = (&self.queue, &self.fed) {
            for _ in 0..2 {
                workers.spawn(queue.clone().run(fed.clone()));
            }
        }
        for scheduled in &self.scheduled {
            workers.spawn(scheduled.clone().keep_running());
        }
        workers
    }

    /// The consumer with its state.
    pub fn fed(&self) -> Option<&Fed> {
        self.fed.as_ref()
    }

    /// The consumers that a schedule invokes.
    pub fn scheduled(&self) -> &[Scheduled] {
        &self.scheduled
    }

    /// The functions' log level, the same for all.
    pub fn log_level(&self) -> &str {
        let mut levels = self
            .deployment
            .functions
            .iter()
            .filter_map(|function| function.environment.get("LOG_LEVEL"));
        levels.next().map_or("info", String::as_str)
    }

    /// The variables of a group's function, those that Lambda sets among them.
    pub fn environment(&self, group: &str) -> Option<HashMap<String, String>> {
        let function = self.deployment.functions.iter().find(|function| function.group == group)?;
        let endpoints =
            Endpoints { dynamodb: self.dynamodb_endpoint.clone(), sns: self.sns_endpoint.clone() };
        Some(endpoints.environment(function))
    }

    /// The state of a group's function.
    pub fn state(&self, group: &str) -> Option<&AppState> {
        self.states.get(group)
    }

    /// The function of a group, also by its logical id in the template.
    pub fn function(&self, name: &str) -> Option<&Function> {
        let named =
            |function: &&FunctionDefinition| function.group == name || function.logical_id == name;
        self.deployment
            .functions
            .iter()
            .find(named)
            .and_then(|function| self.gateway.function(&function.group))
    }

    /// Ends the engines; everything written is in the data folder.
    pub async fn stop(self) {
        let engine = async {
            if let Some(engine) = self.engine {
                engine.stop().await;
            }
        };
        let sns = async {
            if let Some(sns) = self.sns {
                sns.stop().await;
            }
        };
        tokio::join!(engine, sns);
    }
}

/// Where the functions find AWS.
struct Endpoints {
    dynamodb: String,
    sns: String,
}

impl Endpoints {
    /// The settings of each function, with the sections that it reads.
    fn settings(
        &self,
        functions: &[FunctionDefinition],
    ) -> Result<Vec<(String, Settings)>, StackError> {
        let read = |function: &FunctionDefinition| {
            let needs = groups::sections(&function.group);
            let settings = Settings::from_variables(&self.environment(function), &needs);
            let settings = settings.map_err(|error| StackError::Config {
                function: function.logical_id.clone(),
                error,
            })?;
            Ok((function.group.clone(), settings))
        };
        functions.iter().map(read).collect()
    }

    /// The template's variables and those that Lambda sets.
    fn environment(&self, function: &FunctionDefinition) -> HashMap<String, String> {
        let set_by_lambda = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb),
            ("AWS_ENDPOINT_URL_SNS", &self.sns),
        ];
        let mut variables = function.environment.clone();
        variables.extend(set_by_lambda.map(|(name, value)| (name.to_owned(), value.to_owned())));
        variables
    }
}

/// The queue of the consumer that has one, its topic subscribed, and what it feeds.
fn consumer(
    functions: &[FunctionDefinition],
    states: &HashMap<String, AppState>,
    recorder: &Recorder,
    options: &StackOptions,
) -> Option<(Queue, Fed)> {
    let (function, definition) =
        functions.iter().find_map(|function| Some((function, function.queue.clone()?)))?;
    let (consumer, app) =
        (groups::consumer(&function.group)?, states.get(&function.group)?.clone());
    let topic = definition.topic.clone();
    let queue = Queue::new(definition, options.clock.clone());
    if let Some(topic) = topic {
        let queue = queue.clone();
        recorder.subscribe(&topic, Arc::new(move |message| drop(queue.send(message))));
    }
    (consumer.start)(&app);
    let timeout = options.patience.unwrap_or(function.timeout);
    Some((queue, Fed { consumer, app, timeout }))
}

fn scheduled(
    functions: &[FunctionDefinition],
    states: &HashMap<String, AppState>,
    options: &StackOptions,
) -> Vec<Scheduled> {
    let of = |function: &FunctionDefinition| {
        function.schedule.as_ref()?;
        let (consumer, app) =
            (groups::consumer(&function.group)?, states.get(&function.group)?.clone());
        (consumer.start)(&app);
        let timeout = options.patience.unwrap_or(function.timeout);
        Some(Scheduled { id: function.logical_id.clone(), consumer, app, timeout })
    };
    functions.iter().filter_map(of).collect()
}

fn gateway(
    functions: &[FunctionDefinition],
    states: &HashMap<String, AppState>,
    options: &StackOptions,
) -> Result<Gateway, StackError> {
    let keys = functions
        .iter()
        .flat_map(|function| function.routes.iter().map(|key| (key, &function.group)));
    let routes = RouteTable::new(keys.map(|(key, group)| (key.clone(), group.clone())).collect());
    let routes = routes.map_err(StackError::RouteTwice)?;
    let target = |function: &FunctionDefinition| {
        let served = groups::routes(&function.group)?;
        let state = states.get(&function.group)?.clone();
        let timeout = options.patience.unwrap_or(function.timeout.min(INTEGRATION_LIMIT));
        let target = Target { function: Function::new(served, state), timeout };
        Some((function.group.clone(), target))
    };
    Ok(Gateway::new(routes, functions.iter().filter_map(target).collect(), options.clock.clone()))
}
