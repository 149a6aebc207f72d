package io.k8j.apiserver.printer;

import static io.k8j.apiserver.printer.Docs.field;

import io.k8j.apiserver.printer.Table.Row;
import io.k8j.apiserver.validation.Place;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells in one word how a Pod is, and counts its ready containers and restarts. */
final class PodTable {
    static final Table TABLE = Table.named()
            .column(
                    "Ready",
                    "string",
                    "The aggregate readiness state of this pod for accepting traffic.",
                    r -> Summary.of(r).ready())
            .column(
                    "Status",
                    "string",
                    "The aggregate status of the containers in this pod.",
                    r -> Summary.of(r).status())
            .column(
                    "Restarts",
                    "string",
                    "The number of times the containers in this pod have been restarted and when the last container in"
                            + " this pod has restarted.",
                    r -> Summary.of(r).restarts())
            .age()
            .wide("IP", "string", field("core.v1.PodStatus", "podIP"), PodTable::ip)
            .wide("Node", "string", field("core.v1.PodSpec", "nodeName"), r -> Cells.orNone(r.text("spec", "nodeName")))
            .wide(
                    "Nominated Node",
                    "string",
                    field("core.v1.PodStatus", "nominatedNodeName"),
                    r -> Cells.orNone(r.text("status", "nominatedNodeName")))
            .wide("Readiness Gates", "string", field("core.v1.PodSpec", "readinessGates"), PodTable::gates)
            .conditions(PodTable::completed);

    private PodTable() {}

    /** Old clients leave completed rows out. */
    private static List<Object> completed(Row row) {
        String phase = row.text("status", "phase");
        String message = switch (phase) {
            case "Succeeded" -> "The pod has completed successfully.";
            case "Failed" -> "The pod failed.";
            default -> null;
        };
        if (message == null) {
            return List.of();
        }
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "Completed");
        condition.put("status", "True");
        condition.put("reason", phase);
        condition.put("message", message);
        return List.of(condition);
    }

    private static String ip(Row row) {
        List<Place> ips = row.at("status", "podIPs").items();
        String ip = ips.isEmpty() ? row.text("status", "podIP") : ips.getFirst().text("ip");
        return Cells.orNone(ip);
    }

    private static String gates(Row row) {
        List<Place> gates = row.at("spec", "readinessGates").items();
        long open = gates.stream()
                .filter(g -> Cells.conditionTrue(row.at("status", "conditions"), g.text("conditionType")))
                .count();
        return gates.isEmpty() ? "<none>" : open + "/" + gates.size();
    }

    /** The three words that depend on each other. */
    record Summary(String ready, String status, String restarts) {
        static Summary of(Row row) {
            return new Reading(row).summary();
        }
    }

    /** Walks the container states once. */
    private static final class Reading {
        private final Row row;
        private final Place status;
        private final Set<String> sidecars = new HashSet<>();
        private final int initContainers;
        private int total;
        private int ready;
        private long restarts;
        private long sidecarRestarts;
        private Instant lastRestart;
        private Instant lastSidecarRestart;
        private String reason;

        Reading(Row row) {
            this.row = row;
            this.status = row.at("status");
            this.total = row.at("spec", "containers").size();
            List<Place> inits = row.at("spec", "initContainers").items();
            this.initContainers = inits.size();
            for (Place init : inits) {
                if (init.text("restartPolicy").equals("Always")) {
                    sidecars.add(init.text("name"));
                    total++;
                }
            }
            this.reason = status.text("reason").isEmpty() ? status.text("phase") : status.text("reason");
        }

        Summary summary() {
            for (Place c : status.field("conditions").items()) {
                if (c.text("type").equals("PodScheduled") && c.text("reason").equals("SchedulingGated")) {
                    reason = "SchedulingGated";
                }
            }
            boolean initializing = readInitContainers();
            if (!initializing || Cells.conditionTrue(status.field("conditions"), "Initialized")) {
                readContainers();
            }
            String phase = status.text("phase");
            if (row.deleting() && status.text("reason").equals("NodeLost")) {
                reason = "Unknown";
            } else if (row.deleting() && !phase.equals("Succeeded") && !phase.equals("Failed")) {
                reason = "Terminating";
            }
            String count = Long.toString(restarts);
            if (restarts != 0 && lastRestart != null) {
                count += " (" + Durations.words(java.time.Duration.between(lastRestart, row.now())) + " ago)";
            }
            return new Summary(ready + "/" + total, reason, count);
        }

        /** Whether an init container is not through yet. */
        private boolean readInitContainers() {
            List<Place> states = status.field("initContainerStatuses").items();
            for (int i = 0; i < states.size(); i++) {
                Place container = states.get(i);
                Instant ended = lastEnd(container);
                restarts += container.number("restartCount");
                lastRestart = later(lastRestart, ended);
                boolean sidecar = sidecars.contains(container.text("name"));
                if (sidecar) {
                    sidecarRestarts += container.number("restartCount");
                    lastSidecarRestart = later(lastSidecarRestart, ended);
                }
                Place terminated = container.at("state", "terminated");
                if (terminated.present() && terminated.number("exitCode") == 0) {
                    continue;
                }
                if (sidecar && container.isTrue("started")) {
                    ready += container.isTrue("ready") ? 1 : 0;
                    continue;
                }
                reason = initReason(container, i);
                return true;
            }
            return false;
        }

        private String initReason(Place container, int index) {
            Place terminated = container.at("state", "terminated");
            if (terminated.present()) {
                return "Init:" + endReason(terminated);
            }
            String waiting = container.at("state", "waiting").text("reason");
            return waiting.isEmpty() || waiting.equals("PodInitializing")
                    ? "Init:" + index + "/" + initContainers
                    : "Init:" + waiting;
        }

        private void readContainers() {
            restarts = sidecarRestarts;
            lastRestart = lastSidecarRestart;
            boolean running = false;
            for (Place container : status.field("containerStatuses").items().reversed()) {
                restarts += container.number("restartCount");
                lastRestart = later(lastRestart, lastEnd(container));
                Place state = container.field("state");
                String waiting = state.field("waiting").text("reason");
                if (!waiting.isEmpty()) {
                    reason = waiting;
                } else if (state.field("terminated").present()) {
                    reason = endReason(state.field("terminated"));
                } else if (container.isTrue("ready") && state.field("running").present()) {
                    running = true;
                    ready++;
                }
            }
            if (reason.equals("Completed") && running) {
                reason = Cells.conditionTrue(status.field("conditions"), "Ready") ? "Running" : "NotReady";
            }
        }

        private static String endReason(Place terminated) {
            if (!terminated.text("reason").isEmpty()) {
                return terminated.text("reason");
            }
            return terminated.number("signal") != 0
                    ? "Signal:" + terminated.number("signal")
                    : "ExitCode:" + terminated.number("exitCode");
        }

        private static Instant lastEnd(Place container) {
            return Durations.parse(
                    container.at("lastState", "terminated", "finishedAt").value());
        }

        private static Instant later(Instant a, Instant b) {
            return a == null || b != null && b.isAfter(a) ? b : a;
        }
    }
}
