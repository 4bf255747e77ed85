// Drives the sandbox with node-zendesk, unmodified: its address and token come from the environment. Prints one JSON
// object: what each step was answered.
"use strict";

const { createClient } = require("node-zendesk");

const client = createClient({
  username: process.env.SANDBOX_EMAIL,
  token: process.env.SANDBOX_TOKEN,
  endpointUri: `${process.env.SANDBOX_URL}/api/v2`,
});

const done = {};

async function step(name, work) {
  const answer = await work();
  done[name] = answer?.result ?? answer ?? null;
  return done[name];
}

async function refused(work) {
  try {
    await work();
  } catch (error) {
    return { status: error.statusCode, message: error.message };
  }
  return null;
}

async function finished(id) {
  for (;;) {
    const { result } = await client.jobstatuses.show(id);
    const job = result.job_status ?? result;
    if (["completed", "failed", "killed"].includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function tickets() {
  const comment = { body: "청소 매니저님이 안 오셨어요" };
  const made = await step("created", () => client.tickets.create({ ticket: { subject: "늦음", comment, tags: ["late"] } }));
  const id = (made.ticket ?? made).id;
  await step("shown", () => client.tickets.show(id));
  const change = { status: "pending", comment: { body: "확인 중입니다", public: false } };
  await step("updated", () => client.tickets.update(id, { ticket: change }));
  await step("comments", () => client.tickets.getComments(id));
  await step("audits", () => client.tickets.exportAudit(id));
  await client.tickets.addTags(id, { tags: ["vip"] });
  await step("retagged", () => client.tickets.show(id));
  const many = await step("create_many", () =>
    client.tickets.createMany({ tickets: [1, 2, 3].map((at) => ({ subject: `m ${at}`, comment: { body: "x" } })) }));
  const job = await step("created_many", () => finished((many.job_status ?? many).id));
  const ids = job.results.map((row) => row.id);
  const solving = await client.tickets.updateMany(ids, { ticket: { status: "solved" } });
  await step("updated_many", () => finished((solving.result.job_status ?? solving.result).id));
  await step("shown_many", () => client.tickets.showMany(ids));
  await step("listed", () => client.tickets.list());
  await step("exported", () => client.tickets.incremental(0));
  await step("found", () => client.search.query("type:ticket status:pending"));
  await step("metrics", () => client.tickets.listMetrics(id));
  await client.tickets.delete(ids[2]);
  await step("gone", () => refused(() => client.tickets.show(ids[2])));
  const blank = { ticket: { subject: "x", comment: { body: "" } } };
  await step("blank", () => refused(() => client.tickets.create(blank)));
}

async function people() {
  const user = { name: "박민지", email: "minji@customer.example" };
  const made = await step("user", () => client.users.create({ user }));
  const id = (made.user ?? made).id;
  await step("renamed", () => client.users.update(id, { user: { name: "박민지 님" } }));
  await step("again", () => client.users.createOrUpdate({ user: { ...user, phone: "010-0000-0000" } }));
  await step("me", () => client.users.me());
  await step("user_search", () => client.users.search({ query: "minji@customer.example" }));
  await step("users", () => client.users.list());
  await step("identities", () => client.useridentities.list(id));
  const house = await step("organization", () => client.organizations.create({ organization: { name: "한남빌" } }));
  const membership = { user_id: id, organization_id: (house.organization ?? house).id };
  await step("belongs", () => client.organizationmemberships.create(membership));
  await step("group", () => client.groups.create({ group: { name: "환불" } }));
  await step("groups", () => client.groups.list());
}

async function rules() {
  const conditions = { all: [{ field: "status", operator: "is", value: "new" }], any: [] };
  const actions = [{ field: "status", value: "pending" }];
  const trigger = await step("trigger", () => client.triggers.create({ trigger: { title: "T", conditions, actions } }));
  await step("triggers", () => client.triggers.list());
  await client.triggers.delete((trigger.trigger ?? trigger).id);
  await step("macro", () => client.macros.create({ macro: { title: "M", actions } }));
  await step("macros", () => client.macros.list());
  const view = await step("view", () => client.views.create({ view: { title: "V", all: [{ field: "status", operator: "is", value: "pending" }] } }));
  await step("view_tickets", () => client.views.tickets((view.view ?? view).id));
  const hook = {
    name: "H", endpoint: "http://127.0.0.1:9/hook", http_method: "POST", request_format: "json", status: "inactive",
    subscriptions: ["zen:event-type:ticket.created"],
  };
  await step("webhook", () => client.webhooks.create({ webhook: hook }));
  await step("webhooks", () => client.webhooks.list());
  await step("fields", () => client.ticketfields.list());
  await step("forms", () => client.ticketforms.list());
  await step("brands", () => client.brand.list());
  await step("locales", () => client.locales.list());
  await step("ratings", () => client.satisfactionratings.list());
  await step("settings", () => client.accountsettings.show());
}

tickets()
  .then(people)
  .then(rules)
  .then(() => process.stdout.write(JSON.stringify(done)))
  .catch((error) => {
    process.stderr.write(`after ${Object.keys(done).join(", ")}: ${error.stack} ${JSON.stringify(error)}\n`);
    process.exitCode = 1;
  });
