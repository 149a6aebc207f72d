package io.k8j.apiserver.printer;

import static io.k8j.apiserver.printer.Docs.field;

import io.k8j.apiserver.printer.Table.Row;
import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tables of the core group that are neither workloads, network nor storage. */
final class CoreTables {
    static final Map<String, Table> TABLES = Map.ofEntries(
            Map.entry("Node", node()),
            Map.entry("Event", event()),
            Map.entry(
                    "Namespace",
                    Table.named()
                            .column("Status", "string", "The status of the namespace", r -> r.text("status", "phase"))
                            .age()),
            Map.entry(
                    "Secret",
                    Table.named()
                            .column("Type", "string", field("core.v1.Secret", "type"), r -> r.text("type"))
                            .column("Data", "string", field("core.v1.Secret", "data"), r ->
                                    (long) r.at("data").size())
                            .age()),
            Map.entry(
                    "ConfigMap",
                    Table.named()
                            .column("Data", "string", field("core.v1.ConfigMap", "data"), r -> (long)
                                    (r.at("data").size() + r.at("binaryData").size()))
                            .age()),
            Map.entry("ServiceAccount", Table.named().age()),
            Map.entry("ComponentStatus", componentStatus()),
            Map.entry("ResourceQuota", resourceQuota()));

    private CoreTables() {}

    private static Table node() {
        String info = "core.v1.NodeSystemInfo";
        return Table.named()
                .column("Status", "string", "The status of the node", CoreTables::nodeStatus)
                .column("Roles", "string", "The roles of the node", CoreTables::nodeRoles)
                .age()
                .column("Version", "string", field(info, "kubeletVersion"), r -> nodeInfo(r, "kubeletVersion"))
                .wide(
                        "Internal-IP",
                        "string",
                        field("core.v1.NodeStatus", "addresses"),
                        r -> nodeAddress(r, "InternalIP"))
                .wide(
                        "External-IP",
                        "string",
                        field("core.v1.NodeStatus", "addresses"),
                        r -> nodeAddress(r, "ExternalIP"))
                .wide("OS-Image", "string", field(info, "osImage"), r -> orUnknown(nodeInfo(r, "osImage")))
                .wide(
                        "Kernel-Version",
                        "string",
                        field(info, "kernelVersion"),
                        r -> orUnknown(nodeInfo(r, "kernelVersion")))
                .wide(
                        "Container-Runtime",
                        "string",
                        field(info, "containerRuntimeVersion"),
                        r -> orUnknown(nodeInfo(r, "containerRuntimeVersion")));
    }

    private static String nodeInfo(Row row, String name) {
        return row.text("status", "nodeInfo", name);
    }

    private static String orUnknown(String text) {
        return text.isEmpty() ? "<unknown>" : text;
    }

    private static String nodeStatus(Row row) {
        String status = "Unknown";
        for (Place c : row.at("status", "conditions").items()) {
            if (c.text("type").equals("Ready")) {
                status = c.text("status").equals("True") ? "Ready" : "NotReady";
            }
        }
        return row.at("spec").isTrue("unschedulable") ? status + ",SchedulingDisabled" : status;
    }

    private static String nodeRoles(Row row) {
        TreeSet<String> roles = new TreeSet<>();
        row.at("metadata", "labels").map().forEach((key, value) -> {
            if (key.startsWith("node-role.kubernetes.io/")) {
                roles.add(key.substring("node-role.kubernetes.io/".length()));
            } else if (key.equals("kubernetes.io/role")) {
                roles.add(Cells.string(value));
            }
        });
        roles.remove("");
        return Cells.orNone(String.join(",", roles));
    }

    private static String nodeAddress(Row row, String type) {
        for (Place address : row.at("status", "addresses").items()) {
            if (address.text("type").equals(type)) {
                return address.text("address");
            }
        }
        return "<none>";
    }

    private static Table event() {
        String event = "core.v1.Event";
        return Table.empty()
                .column("Last Seen", "string", field(event, "lastTimestamp"), CoreTables::lastSeen)
                .column("Type", "string", field(event, "type"), r -> r.text("type"))
                .column("Reason", "string", field(event, "reason"), r -> r.text("reason"))
                .column("Object", "string", field(event, "involvedObject"), CoreTables::target)
                .wide(
                        "Subobject",
                        "string",
                        field("core.v1.ObjectReference", "fieldPath"),
                        r -> regarding(r).text("fieldPath"))
                .wide("Source", "string", field(event, "source"), CoreTables::source)
                .column(
                        "Message",
                        "string",
                        field(event, "message"),
                        r -> firstOf(r, "message", "note").strip())
                .wide("First Seen", "string", field(event, "firstTimestamp"), CoreTables::firstSeen)
                .wide("Count", "string", field(event, "count"), CoreTables::count)
                .column("Name", "string", "name", Docs.NAME, 1, Row::name);
    }

    /** Events of both groups are one object with two spellings. */
    private static Place regarding(Row row) {
        return row.at("involvedObject").present() ? row.at("involvedObject") : row.at("regarding");
    }

    private static Place either(Row row, String core, String events) {
        return row.at(core).present() ? row.at(core) : row.at(events);
    }

    private static String firstOf(Row row, String core, String events) {
        return either(row, core, events).text();
    }

    private static String firstSeen(Row row) {
        Place first = either(row, "firstTimestamp", "deprecatedFirstTimestamp");
        return Durations.since(
                first.present() ? first.value() : row.at("eventTime").value(), row.now());
    }

    private static String lastSeen(Row row) {
        Place series = row.at("series");
        if (series.present()) {
            return Durations.since(series.field("lastObservedTime").value(), row.now());
        }
        Place last = either(row, "lastTimestamp", "deprecatedLastTimestamp");
        return last.present() ? Durations.since(last.value(), row.now()) : firstSeen(row);
    }

    private static Object count(Row row) {
        if (row.at("series").present()) {
            return row.number("series", "count");
        }
        long count = either(row, "count", "deprecatedCount").number(0);
        return count == 0 ? 1L : count;
    }

    private static String target(Row row) {
        Place object = regarding(row);
        String kind = object.text("kind").toLowerCase(Locale.ROOT);
        return object.text("name").isEmpty() ? kind : kind + "/" + object.text("name");
    }

    private static String source(Row row) {
        Place source = either(row, "source", "deprecatedSource");
        String component = source.text("component");
        if (component.isEmpty()) {
            component = firstOf(row, "reportingComponent", "reportingController");
        }
        String instance = source.text("host").isEmpty() ? row.text("reportingInstance") : source.text("host");
        return instance.isEmpty() ? component : component + ", " + instance;
    }

    private static Table componentStatus() {
        return Table.named()
                .column("Status", "string", "Status of the component conditions", r -> {
                    Place healthy = healthy(r);
                    if (healthy == null) {
                        return "Unknown";
                    }
                    return healthy.text("status").equals("True") ? "Healthy" : "Unhealthy";
                })
                .column("Message", "string", "Message of the component conditions", r -> ofHealthy(r, "message"))
                .column("Error", "string", "Error of the component conditions", r -> ofHealthy(r, "error"));
    }

    private static Place healthy(Row row) {
        return row.at("conditions").items().stream()
                .filter(c -> c.text("type").equals("Healthy"))
                .findFirst()
                .orElse(null);
    }

    private static String ofHealthy(Row row, String field) {
        Place healthy = healthy(row);
        return healthy == null ? "" : healthy.text(field);
    }

    private static Table resourceQuota() {
        return Table.named()
                .column(
                        "Request",
                        "string",
                        "Request represents a minimum amount of cpu/memory that a container may consume.",
                        r -> quota(r, false))
                .column(
                        "Limit",
                        "string",
                        "Limits control the maximum amount of cpu/memory that a container may use independent of"
                                + " contention on the node.",
                        r -> quota(r, true))
                .age();
    }

    private static String quota(Row row, boolean limits) {
        List<String> parts = new ArrayList<>();
        new TreeMap<>(row.at("status", "hard").map()).forEach((resource, hard) -> {
            if (resource.startsWith("limits.") == limits) {
                String used = Cells.quantity(row.at("status", "used", resource));
                parts.add(resource + ": " + used + "/" + Cells.string(hard));
            }
        });
        return String.join(", ", parts);
    }
}
