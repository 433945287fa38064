// awtui's bridge inside Pi: tells awtui over the agent socket what happens, brings prompts and controls the other way,
// and gives the model its tools to report. Loaded with `pi -e bridge.ts`; without awtui's environment it does nothing.
// It must never disturb Pi: a lost socket is retried, messages wait in a bounded queue, and nothing here throws.
import * as host from "@earendil-works/pi-coding-agent";
import type { ExtensionAPI, ExtensionContext } from "@earendil-works/pi-coding-agent";
import { Type } from "typebox";
import { readFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const PROTOCOL = 1;
const MAX_QUEUED = 2000;
const MAX_LINE = 1 << 20;
/** The text of a message is cut to this many characters, so that the line stays below the protocol's limit. */
const MAX_TEXT = 200_000;
const REPLY_TIMEOUT = 30_000;
const FIRST_DELAY = 100;
const LAST_DELAY = 5_000;
/** A call that "failed" within this time was never sent: Pi records it when a run is aborted between two calls. */
const NEVER_SENT = 20;
/** Without `agent_settled` an idle agent counts as settled after this time, or after the longer one when a retry may follow. */
const SETTLED_AFTER = 400;
const SETTLED_AFTER_ERROR = 12_000;

type Line = Record<string, unknown> & { type: string };
type Answer = { ok: boolean; message: string };

export default function awtuiBridge(pi: ExtensionAPI) {
  const path = process.env.AWTUI_AGENT_SOCKET;
  const token = process.env.AWTUI_AGENT_TOKEN;
  if (!path || !token) return;
  const run = process.env.AWTUI_RUN ?? "";
  const version = String((host as any).VERSION ?? "");
  const settles = !version || atLeast(version, [0, 80, 4]);

  let context: ExtensionContext | undefined;
  let sessionId = "";
  let turn: { assistants: any[] } | undefined;
  let compacting: { automatic: boolean; ours: boolean } | undefined;
  let scanned = 0;
  let model = "";
  let lastResponse: { status: number; until?: number } | undefined;
  let settleTimer: NodeJS.Timeout | undefined;
  let prompts = 0;
  let lastContext = "";
  const usages: Line[] = [];
  const seen = new Set<number>();
  const tools = new Map<string, number>();

  // The socket.
  let socket: Socket | undefined;
  let welcome = false;
  let wasWelcome = false;
  let over = false;
  let delay = FIRST_DELAY;
  let retry: NodeJS.Timeout | undefined;
  let queue: string[] = [];
  let sequence = 0;
  /** Tools that need the operator's leave. */
  const asks = new Set((process.env.AWTUI_ASK ?? "").split("\n").filter(Boolean));
  const waiting = new Map<string, (answer: Answer) => void>();

  const guarded = <Arguments extends unknown[]>(body: (...values: Arguments) => void) => (...values: Arguments) => {
    try {
      body(...values);
    } catch (error) {
      // A context of a replaced session throws; what it would have told is told by its successor.
    }
  };

  function send(message: Line) {
    let line = JSON.stringify(message) + "\n";
    if (Buffer.byteLength(line) > MAX_LINE) {
      const reported = waiting.get(String(message.key));
      if (reported) return reported({ ok: false, message: "it is longer than 1 MiB; put long texts into a file and attach that" });
      // What happened is told in any case, if need be with less of its words.
      line = JSON.stringify(message, (_, value) => (typeof value === "string" ? cut(value, MAX_TEXT / 2) : value)) + "\n";
      if (Buffer.byteLength(line) > MAX_LINE) return;
    }
    if (socket && welcome) {
      socket.write(line);
      return;
    }
    if (over) return;
    queue.push(line);
    if (queue.length > MAX_QUEUED) {
      const least = queue.findIndex((queued) => /^\{"type":"(context|tool_started|tool_ended|usage)"/.test(queued));
      queue.splice(Math.max(least, 0), 1);
    }
  }

  function connect() {
    if (over || socket) return;
    const connection = createConnection(path!);
    let buffer = "";
    socket = connection;
    connection.setEncoding("utf8");
    connection.unref();
    connection.on("connect", () => {
      const hello = { type: "hello", protocol: PROTOCOL, token, agent: "pi", version, pid: process.pid };
      connection.write(JSON.stringify(hello) + "\n");
    });
    connection.on("data", (data) => {
      buffer += data;
      for (let end = buffer.indexOf("\n"); end >= 0; end = buffer.indexOf("\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 1);
        guarded(receive)(line);
      }
      if (buffer.length > MAX_LINE) connection.destroy();
    });
    connection.on("error", () => {});
    connection.on("close", () => {
      if (socket === connection) socket = undefined;
      welcome = false;
      for (const [, answer] of waiting) answer({ ok: false, message: "awtui is not reachable" });
      waiting.clear();
      if (over) return;
      retry = setTimeout(connect, delay);
      retry.unref();
      delay = Math.min(delay * 2, LAST_DELAY);
    });
  }

  function receive(line: string) {
    const message = JSON.parse(line) as any;
    switch (message.type) {
      case "welcome": {
        const waited = queue;
        queue = [];
        welcome = true;
        delay = FIRST_DELAY;
        if (wasWelcome) {
          // What was sent before the break may not have arrived. These are keyed or levels, so they may come twice.
          tellSession();
          tellModel();
          for (const usage of usages) send(usage);
        }
        wasWelcome = true;
        for (const queued of waited) socket?.write(queued);
        break;
      }
      case "refused":
        over = true;
        queue = [];
        socket?.end();
        break;
      case "prompt": {
        const deliverAs = message.steer ? "steer" : "followUp";
        pi.sendUserMessage(String(message.text), context?.isIdle() ? undefined : { deliverAs });
        break;
      }
      case "interrupt":
        context?.abort();
        break;
      case "compact":
        compact(String(message.focus ?? ""));
        break;
      case "quit":
        quit();
        break;
      case "reply":
        waiting.get(message.key)?.({ ok: message.ok === true, message: String(message.message ?? "") });
        waiting.delete(message.key);
        break;
      case "permission": {
        const refusal = String(message.note || "the operator said no");
        waiting.get(message.ask)?.({ ok: message.allow === true, message: refusal });
        break;
      }
    }
  }

  /** The operator's leave for a tool call. Without awtui nobody can give it. */
  function leave(call: any, signal?: AbortSignal): Promise<Answer> {
    if (!welcome) return Promise.resolve({ ok: false, message: "awtui is not reachable: nobody can allow this" });
    const question = `tool-${call.toolCallId}`;
    return new Promise((resolve) => {
      const done = (answer: Answer) => {
        waiting.delete(question);
        resolve(answer);
      };
      waiting.set(question, done);
      signal?.addEventListener(
        "abort",
        () => {
          if (!waiting.has(question)) return;
          done({ ok: false, message: "the turn was aborted" });
          send({ type: "permission_gone", ask: question });
        },
        { once: true },
      );
      const values = call.input ?? {};
      const known = (value: unknown) => (typeof value === "string" ? cut(value, 4000) : undefined);
      send({
        type: "permission_asked",
        ask: question,
        tool: String(call.toolName),
        detail: values.command || values.path ? "" : detailOf(values),
        command: known(values.command),
        path: known(values.path),
        diff: diffOf(values),
        answerable: true,
      });
    });
  }

  function ask(message: Line, signal?: AbortSignal): Promise<Answer> {
    const key = String(message.key);
    return new Promise((resolve) => {
      const done = (answer: Answer) => {
        clearTimeout(timer);
        waiting.delete(key);
        resolve(answer);
      };
      const timer = setTimeout(() => done({ ok: false, message: "awtui did not answer in time" }), REPLY_TIMEOUT);
      signal?.addEventListener("abort", () => done({ ok: false, message: "the turn was aborted" }), { once: true });
      waiting.set(key, done);
      send(message);
    });
  }

  // What is told.
  function tellSession() {
    if (!context) return;
    const log = context.sessionManager.getSessionFile();
    send({ type: "session", id: context.sessionManager.getSessionId(), ...(log ? { log } : {}) });
  }

  function tellModel() {
    const current = context?.model as any;
    if (!current) return;
    const trigger = agentTrigger(current);
    send({
      type: "model",
      model: `${current.provider}/${current.id}`,
      thinking: pi.getThinkingLevel(),
      ...(current.contextWindow ? { window: current.contextWindow } : {}),
      ...(trigger === undefined ? {} : { agent_trigger: trigger }),
    });
  }

  function agentTrigger(current: any): number | undefined {
    if (!current.contextWindow) return undefined;
    const compaction = settings()?.compaction ?? {};
    if (compaction.enabled === false) return undefined;
    const own = compaction.modelOverrides?.[`${current.provider}/${current.id}`]?.reserveTokens;
    const reserve = own ?? compaction.reserveTokens ?? 16384;
    return Math.max(current.contextWindow - reserve, 0);
  }

  function settings(): any {
    try {
      const told = (pi as any).getSettings?.();
      if (told) return told;
    } catch {
      // Not told before the session is bound: the files say the same.
    }
    const folder = process.env.PI_CODING_AGENT_DIR ?? join(homedir(), ".pi", "agent");
    const user = readJson(join(folder, "settings.json"));
    const trusted = (context as any)?.isProjectTrusted?.() ?? false;
    const project = trusted && context ? readJson(join(context.cwd, ".pi", "settings.json")) : {};
    return { ...user, ...project, compaction: { ...user.compaction, ...project.compaction } };
  }

  function tellContext() {
    const usage = context?.getContextUsage();
    if (!usage) return;
    // Pi counts from nothing until a reply tells: a context is never empty, so that is not known yet.
    const told: Line = { type: "context", tokens: usage.tokens || null, window: usage.contextWindow };
    if (JSON.stringify(told) === lastContext) return;
    lastContext = JSON.stringify(told);
    send(told);
  }

  /** Tells each new entry of the session that was paid for, under the entry's id: the session's log has the same. */
  function scan() {
    if (!context) return;
    const entries = context.sessionManager.getEntries() as any[];
    if (entries.length < scanned) scanned = 0;
    for (; scanned < entries.length; scanned++) {
      const entry = entries[scanned];
      if (entry.type === "model_change") model = `${entry.provider}/${entry.modelId}`;
      if (entry.type === "message" && entry.message?.role === "user") tellPromptSeen(entry.message);
      const usage = usageOf(entry);
      if (usage) {
        usages.push(usage);
        send(usage);
      }
    }
  }

  function usageOf(entry: any): Line | undefined {
    const message = entry.type === "message" ? entry.message : undefined;
    if (message?.role === "assistant") {
      model = `${message.provider}/${message.model}`;
      const lasted = Date.parse(entry.timestamp) - message.timestamp;
      const spent = counted(message.usage);
      const unsent = wasAborted(message) && !message.content?.length && !message.responseId && lasted < NEVER_SENT;
      if (!spent && unsent) return undefined;
      const cut = message.stopReason === "error" || message.stopReason === "aborted";
      const wall = message.durationMs ?? (Number.isFinite(lasted) ? Math.max(lasted, 0) : undefined);
      return usageLine(entry, "reply", message.usage, { wall, context: cut || !spent ? undefined : message.usage.totalTokens });
    }
    if (message?.role === "toolResult" && message.usage) return usageLine(entry, "helper", message.usage);
    // An older Pi does not record what its summary cost; a summary made by another extension may have cost nothing.
    if (entry.type === "compaction" && (entry.usage || !entry.fromHook)) return usageLine(entry, "compaction", entry.usage);
    if (entry.type === "branch_summary" && entry.usage) return usageLine(entry, "helper", entry.usage);
    if (entry.type === "usage" && entry.usage) {
      return usageLine(entry, "helper", entry.usage, {}, `${entry.provider}/${entry.model}`);
    }
    return undefined;
  }

  function usageLine(entry: any, kind: string, usage: any, more: { wall?: number; context?: number } = {}, by = model): Line {
    const current = context?.model as any;
    const known = current && by === `${current.provider}/${current.id}` ? current.contextWindow : undefined;
    const cost = usage?.cost?.total;
    return {
      type: "usage",
      message: entry.id,
      model: by,
      usage: kind,
      input: usage?.input ?? 0,
      output: usage?.output ?? 0,
      cache_read: usage?.cacheRead ?? 0,
      cache_write: usage?.cacheWrite ?? 0,
      reasoning: usage?.reasoning ?? 0,
      cost: typeof cost === "number" && cost > 0 ? cost : null,
      ...(more.wall === undefined ? {} : { wall: Math.round(more.wall) }),
      ...(more.context ? { context: more.context } : {}),
      ...(known ? { window: known } : {}),
      unknown_spend: !counted(usage),
    };
  }

  function tellPromptSeen(message: any) {
    const marker = /\[awtui (\S+) (\d+)\]\s*$/.exec(textOf(message));
    if (!marker || marker[1] !== run) return;
    const effect = Number(marker[2]);
    if (seen.has(effect)) return;
    seen.add(effect);
    send({ type: "prompt_seen", effect });
  }

  function begin() {
    clearTimeout(settleTimer);
    if (turn) return;
    turn = { assistants: [] };
    lastResponse = undefined;
    send({ type: "turn_started" });
  }

  function settled(aborted?: boolean) {
    clearTimeout(settleTimer);
    scan();
    const ended = turn;
    turn = undefined;
    tools.clear();
    if (!ended) return;
    const last = ended.assistants.at(-1);
    const interrupted = aborted ?? wasAborted(last);
    const failed = !interrupted && last?.stopReason === "error";
    const reason = failed ? cut(String(last.errorMessage ?? "the provider failed"), 2000) : undefined;
    if (failed && (lastResponse?.status === 429 || /\b429\b/.test(reason!))) {
      const until = lastResponse?.status === 429 ? lastResponse.until : undefined;
      send({ type: "limited", ...(until ? { until } : {}), reason });
    }
    tellContext();
    send({
      type: "turn_ended",
      why: interrupted ? "interrupted" : failed ? "failed" : "completed",
      ...(reason ? { reason } : {}),
      text: cut(finalText(ended.assistants), MAX_TEXT),
    });
  }

  /** For a Pi without `agent_settled`: it is over when nothing starts again for a while. */
  function settleLater() {
    clearTimeout(settleTimer);
    const failed = turn?.assistants.at(-1)?.stopReason === "error";
    settleTimer = setTimeout(
      guarded(() => {
        if (!context?.isIdle() || context.hasPendingMessages() || compacting) settleLater();
        else settled();
      }),
      failed ? SETTLED_AFTER_ERROR : SETTLED_AFTER,
    );
  }

  function compact(focus: string) {
    if (!context || compacting) return;
    compacting = { automatic: false, ours: true };
    send({ type: "compaction_started", automatic: false });
    context.compact({
      ...(focus ? { customInstructions: focus } : {}),
      onComplete: guarded((result: any) => compacted(result.tokensBefore, result.estimatedTokensAfter)),
      onError: guarded((error: Error) => compactionFailed(String(error?.message ?? error))),
    });
  }

  /** A shutdown that is asked for while a run settles is forgotten by Pi: it is asked for until it happens. */
  function quit() {
    if (over || !context) return;
    guarded(() => {
      if (context?.isIdle()) context.shutdown();
      else context?.abort();
    })();
    setTimeout(quit, 200).unref();
  }

  function compacted(before?: number, after?: number) {
    compacting = undefined;
    scan();
    const known = after ?? estimatedTokens();
    send({ type: "compaction_ended", ...(before === undefined ? {} : { before }), ...(known === undefined ? {} : { after: known }) });
    tellContext();
  }

  function compactionFailed(reason: string) {
    compacting = undefined;
    const nothing = /nothing to compact|already compacted/i.test(reason);
    send({ type: "compaction_ended", ...(nothing ? { nothing: true } : { failed: cut(reason, 2000) }) });
  }

  /** As Pi estimates it itself: four characters a token. */
  function estimatedTokens(): number | undefined {
    const messages = (context?.sessionManager as any)?.buildSessionProjection?.()?.messages;
    if (!Array.isArray(messages)) return undefined;
    const characters = messages.reduce((sum: number, message: any) => sum + textOf(message).length, 0);
    return Math.ceil(characters / 4);
  }

  // Events. Handlers only listen: they return nothing and wait for nothing.
  const on = (event: string, body: (event: any) => void) =>
    (pi as any).on(
      event,
      guarded((told: any, current: ExtensionContext) => {
        context = current;
        body(told);
      }),
    );

  on("session_start", () => {
    over = false;
    sessionId = context!.sessionManager.getSessionId();
    scanned = 0;
    tellSession();
    tellModel();
    scan();
    tellContext();
    send({ type: "ready" });
    connect();
  });
  on("model_select", () => tellModel());
  on("thinking_level_select", () => tellModel());
  on("agent_start", () => begin());
  on("context", () => {
    scan();
    tellContext();
  });
  on("message_start", () => scan());
  on("message_end", ({ message }) => {
    scan();
    if (message?.role === "user") tellPromptSeen(message);
    if (message?.role === "assistant") turn?.assistants.push(message);
  });
  on("turn_end", () => {
    scan();
    tellContext();
  });
  on("agent_end", () => {
    scan();
    if (!settles) settleLater();
  });
  on("agent_settled", ({ aborted }) => settled(aborted));
  on("after_provider_response", ({ status, headers }) => {
    const after = Number(headers?.["retry-after"]);
    lastResponse = { status, ...(Number.isFinite(after) ? { until: Date.now() + after * 1000 } : {}) };
  });
  on("tool_execution_start", ({ toolCallId, toolName, args }) => {
    scan();
    tools.set(toolCallId, performance.now());
    send({ type: "tool_started", call: toolCallId, name: toolName, detail: detailOf(args) });
  });
  on("tool_execution_end", ({ toolCallId, toolName, isError, durationMs }) => {
    const started = tools.get(toolCallId);
    tools.delete(toolCallId);
    const wall = durationMs ?? (started === undefined ? undefined : performance.now() - started);
    const timed = wall === undefined ? {} : { wall: Math.round(wall) };
    send({ type: "tool_ended", call: toolCallId, name: toolName, failed: isError === true, ...timed });
  });
  if (asks.size > 0) {
    pi.on("tool_call", async (call: any, now: any) => {
      if (!asks.has(String(call.toolName))) return undefined;
      const answer = await leave(call, now?.signal ?? context?.signal);
      return answer.ok ? undefined : { block: true, reason: answer.message };
    });
  }
  on("session_before_compact", ({ reason }) => {
    if (compacting) return;
    const automatic = reason !== "manual";
    compacting = { automatic, ours: false };
    send({ type: "compaction_started", automatic });
  });
  on("session_compact", ({ compactionEntry }) => {
    scan();
    if (!compacting?.ours) compacted(compactionEntry?.tokensBefore);
  });
  on("session_compact_failed", ({ errorMessage, aborted }) => {
    if (compacting?.ours) return;
    if (!compacting) send({ type: "compaction_started", automatic: false });
    compactionFailed(aborted ? "it was canceled" : String(errorMessage ?? "no reason given"));
  });
  on("session_tree", () => scan());
  on("ui_prompt_start", ({ kind, title }) => {
    prompts++;
    send({ type: "permission_asked", ask: `ui-${prompts}`, tool: String(kind ?? "dialog"), detail: cut(String(title ?? ""), 2000) });
  });
  on("ui_prompt_end", () => send({ type: "permission_gone", ask: `ui-${prompts}` }));
  on("session_shutdown", ({ reason }) => {
    scan();
    if (reason === undefined || reason === "quit") send({ type: "shutdown" });
    over = true;
    clearTimeout(retry);
    clearTimeout(settleTimer);
    socket?.end();
  });

  // Tools. A report that awtui took ends the turn; one that it did not take is told to the model as an error.
  const texts = (about: string) => Type.Optional(Type.Array(Type.String(), { description: about }));
  const oneOf = (values: string[], about: string) => Type.Unsafe<string>({ type: "string", enum: values, description: about });

  function tool(name: string, label: string, description: string, parameters: any, ends: boolean) {
    pi.registerTool({
      name,
      label,
      description,
      promptSnippet: description.split(". ")[0],
      parameters,
      async execute(call: string, values: any, signal?: AbortSignal) {
        const key = `${sessionId}:${call}:${++sequence}`;
        const answer = await ask({ ...values, type: name, key }, signal);
        if (!answer.ok) throw new Error(`${answer.message || "awtui refused it"}. ${ends ? "If it cannot be mended, end your message with the report as text under its headings." : ""}`.trim());
        const text = answer.message || "recorded";
        return { content: [{ type: "text" as const, text }], details: {}, ...(ends ? { terminate: true } : {}) };
      },
    } as any);
  }

  if (process.env.AWTUI_ROLE === "analyst") {
    tool(
      "report_verdict",
      "Report verdict",
      "Give awtui your verdict on the step. Call it once, alone, as the last thing of your turn.",
      Type.Object({
        verdict: oneOf(["NEEDS_WORKER", "NEEDS_OPERATOR", "DONE", "ABORT"], "What happens next"),
        reason: Type.String({ description: "Diagnosis, hypothesis and why this verdict" }),
        instruction: Type.Optional(
          Type.Object(
            {
              id: Type.String({ description: "Short and unique" }),
              goal: Type.String({ description: "What exactly the worker does" }),
              files: texts("Files that it may change"),
              commands: texts("Commands that it may need"),
              stop_when: texts("When it stops and reports at once"),
              report: texts("What it must report in particular"),
            },
            { description: "With NEEDS_WORKER: the one bounded instruction" },
          ),
        ),
        memory: texts("What later steps must know: failed commands, caveats, slow steps"),
        questions: texts("With NEEDS_OPERATOR: short questions that the operator can answer"),
      }),
      true,
    );
  } else {
    const section = (about: string) => Type.String({ description: about });
    tool(
      "report_result",
      "Report result",
      "Report the outcome of your instruction to awtui. Call it once, alone, as the last thing of your turn.",
      Type.Object({
        instruction_id: Type.String({ description: "The id that you were given" }),
        status: oneOf(["done", "partial", "blocked", "failed"], "How it ended"),
        task_understood: section("The task as you understood it"),
        actions_taken: section("What you did, with commands and exit codes"),
        result: section("What came out"),
        validation: section("How you know"),
        artifacts: section("Changed files, diffs, artifacts; 'none' if there are none"),
        issues: section("Issues, risks, lessons; 'none' if there are none"),
        recommendation: section("What you recommend next"),
        handoff: section("Why you stop here and what the next one must know"),
      }),
      true,
    );
  }
  tool(
    "report_progress",
    "Report progress",
    "Tell awtui in one sentence how far you are. For long work.",
    Type.Object({ text: Type.String() }),
    false,
  );
  tool(
    "request_gate",
    "Ask the operator",
    "Put a question to the operator that only a person may decide. End your turn after it; without an answer do not go on.",
    Type.Object({ question: Type.String() }),
    false,
  );
  tool(
    "attach_artifact",
    "Attach artifact",
    "Name a file below the artifacts folder that belongs to the result.",
    Type.Object({ path: Type.String(), note: Type.Optional(Type.String({ description: "What it is" })) }),
    false,
  );
}

function atLeast(version: string, least: number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (let index = 0; index < least.length; index++) {
    if ((parts[index] || 0) !== least[index]) return (parts[index] || 0) > least[index];
  }
  return true;
}

function readJson(path: string): any {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

function counted(usage: any): boolean {
  return !!usage && usage.input + usage.output + usage.cacheRead + usage.cacheWrite > 0;
}

/** Older versions record an abort between two calls as an error. */
function wasAborted(message: any): boolean {
  if (message?.stopReason === "aborted") return true;
  return message?.stopReason === "error" && /^(this )?(operation|request) (was )?aborted/i.test(message.errorMessage ?? "");
}

function textOf(message: any): string {
  const content = message?.content ?? message?.summary ?? "";
  if (typeof content === "string") return content;
  return content.filter((block: any) => block.type === "text").map((block: any) => block.text).join("\n");
}

/** The last message's text; when it only called a tool, the text that came before it in the same turn. */
function finalText(assistants: any[]): string {
  for (let index = assistants.length - 1; index >= 0; index--) {
    const message = assistants[index];
    const text = textOf(message);
    const goesBack = wasAborted(message) || message.content?.some((block: any) => block.type === "toolCall");
    if (text.trim() || !goesBack) return text;
  }
  return "";
}

/** What an edit takes away and puts there, if the tool's values tell. */
function diffOf(values: any): string | undefined {
  const edits = Array.isArray(values?.edits) ? values.edits : [values];
  const lines = (sign: string, text: unknown) =>
    typeof text === "string" ? text.replace(/\n$/, "").split("\n").map((line) => sign + line) : [];
  const diff = edits.flatMap((edit: any) => [...lines("-", edit?.oldText), ...lines("+", edit?.newText)]);
  if (typeof values?.content === "string") diff.push(...lines("+", values.content));
  return diff.length > 0 ? cut(diff.join("\n"), 20000) : undefined;
}

function detailOf(values: any): string {
  const known = values?.command ?? values?.path ?? values?.file_path ?? values?.pattern ?? values?.question ?? values?.text;
  if (typeof known === "string") return cut(known, 500);
  const text = JSON.stringify(values ?? {});
  return text === "{}" ? "" : cut(text, 500);
}
