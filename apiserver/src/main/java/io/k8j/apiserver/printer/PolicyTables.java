package io.k8j.apiserver.printer;

import static io.k8j.apiserver.printer.Docs.field;
import static io.k8j.apiserver.printer.Docs.paragraphs;

import io.k8j.apiserver.printer.Table.Row;
import io.k8j.apiserver.validation.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tables of budgets, autoscalers, priorities, flow control and dynamic resources. */
final class PolicyTables {
    static final Map<String, Table> TABLES = Map.ofEntries(
            Map.entry("PodDisruptionBudget", budget()),
            Map.entry("HorizontalPodAutoscaler", autoscaler()),
            Map.entry("PriorityClass", priorityClass()),
            Map.entry("PodGroup", podGroup()),
            Map.entry("Workload", Table.named().age()),
            Map.entry(
                    "RuntimeClass",
                    Table.named()
                            .column("Handler", "string", "", r -> r.text("handler"))
                            .age()),
            Map.entry("FlowSchema", flowSchema()),
            Map.entry("PriorityLevelConfiguration", priorityLevel()),
            Map.entry("Scale", scale()),
            Map.entry("DeviceClass", Table.named().age()),
            Map.entry(
                    "ResourceClaim",
                    Table.named()
                            .column(
                                    "State",
                                    "string",
                                    "A summary of the current state (allocated, pending, reserved, etc.).",
                                    PolicyTables::claimState)
                            .age()),
            Map.entry("ResourceClaimTemplate", Table.named().age()),
            Map.entry("ResourceSlice", resourceSlice()));

    private PolicyTables() {}

    private static Table budget() {
        return Table.named()
                .column(
                        "Min Available",
                        "string",
                        "The minimum number of pods that must be available.",
                        r -> orNa(r.at("spec", "minAvailable")))
                .column(
                        "Max Unavailable",
                        "string",
                        "The maximum number of pods that may be unavailable.",
                        r -> orNa(r.at("spec", "maxUnavailable")))
                .column(
                        "Allowed Disruptions",
                        "integer",
                        "Calculated number of pods that may be disrupted at this time.",
                        r -> r.number("status", "disruptionsAllowed"))
                .age();
    }

    private static String orNa(Place value) {
        return value.absent() ? "N/A" : Cells.string(value.value());
    }

    private static Table autoscaler() {
        String spec = "autoscaling.v2.HorizontalPodAutoscalerSpec";
        return Table.named()
                .column(
                        "Reference",
                        "string",
                        field(spec, "scaleTargetRef"),
                        r -> r.text("spec", "scaleTargetRef", "kind") + "/" + r.text("spec", "scaleTargetRef", "name"))
                .column("Targets", "string", field(spec, "metrics"), PolicyTables::metrics)
                .column(
                        "MinPods",
                        "string",
                        field(spec, "minReplicas"),
                        r -> r.at("spec", "minReplicas").absent()
                                ? "<unset>"
                                : Long.toString(r.number("spec", "minReplicas")))
                .column("MaxPods", "string", field(spec, "maxReplicas"), r -> r.number("spec", "maxReplicas"))
                .column(
                        "Replicas",
                        "string",
                        field("autoscaling.v2.HorizontalPodAutoscalerStatus", "currentReplicas"),
                        r -> r.number("status", "currentReplicas"))
                .age();
    }

    private static String metrics(Row row) {
        List<Place> specs = row.at("spec", "metrics").items();
        List<Place> states = row.at("status", "currentMetrics").items();
        if (specs.isEmpty()) {
            return "<none>";
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            texts.add(metric(specs.get(i), i < states.size() ? states.get(i) : new Place(null, "")));
        }
        return texts.size() > 2
                ? String.join(", ", texts.subList(0, 2)) + " + " + (texts.size() - 2) + " more..."
                : String.join(", ", texts);
    }

    private static String metric(Place spec, Place state) {
        return switch (spec.text("type")) {
            case "External" -> valueOrAverage(spec.field("external"), state.field("external"));
            case "Object" -> valueOrAverage(spec.field("object"), state.field("object"));
            case "Pods" ->
                current(state.field("pods"), "averageValue")
                        + "/"
                        + quantity(spec.at("pods", "target", "averageValue"));
            case "Resource" -> resource(spec.field("resource"), state.field("resource"));
            case "ContainerResource" -> resource(spec.field("containerResource"), state.field("containerResource"));
            default -> "<unknown type>";
        };
    }

    private static String valueOrAverage(Place spec, Place state) {
        Place average = spec.at("target", "averageValue");
        if (average.present()) {
            String current = state.at("current", "averageValue").absent()
                    ? "<unknown>"
                    : Cells.quantity(state.at("current", "averageValue"));
            return current + "/" + Cells.quantity(average) + " (avg)";
        }
        return current(state, "value") + "/" + quantity(spec.at("target", "value"));
    }

    private static String current(Place state, String field) {
        return state.absent() ? "<unknown>" : quantity(state.at("current", field));
    }

    /** As Go prints what is not there. */
    private static String quantity(Place quantity) {
        return quantity.absent() ? "<nil>" : Cells.quantity(quantity);
    }

    private static String resource(Place spec, Place state) {
        String name = spec.text("name") + ": ";
        Place average = spec.at("target", "averageValue");
        if (average.present()) {
            return name + current(state, "averageValue") + "/" + Cells.quantity(average);
        }
        return name
                + percent(state.at("current", "averageUtilization"), "<unknown>")
                + "/"
                + percent(spec.at("target", "averageUtilization"), "<auto>");
    }

    private static String percent(Place value, String fallback) {
        return value.absent() ? fallback : value.number(0) + "%";
    }

    private static Table priorityClass() {
        String type = "scheduling.v1.PriorityClass";
        return Table.named()
                .column("Value", "integer", field(type, "value"), r -> r.number("value"))
                .column(
                        "Global-Default",
                        "boolean",
                        field(type, "globalDefault"),
                        r -> r.at("globalDefault").isTrue())
                .age()
                .column("PreemptionPolicy", "string", field(type, "preemptionPolicy"), r -> r.text("preemptionPolicy"));
    }

    private static Table flowSchema() {
        String spec = "flowcontrol.v1.FlowSchemaSpec";
        return Table.named()
                .column(
                        "PriorityLevel",
                        "string",
                        field("flowcontrol.v1.PriorityLevelConfigurationReference", "name"),
                        r -> r.text("spec", "priorityLevelConfiguration", "name"))
                .column(
                        "MatchingPrecedence",
                        "string",
                        field(spec, "matchingPrecedence"),
                        r -> r.number("spec", "matchingPrecedence"))
                .column(
                        "DistinguisherMethod",
                        "string",
                        field(spec, "distinguisherMethod"),
                        r -> r.at("spec", "distinguisherMethod").absent()
                                ? "<none>"
                                : r.text("spec", "distinguisherMethod", "type"))
                .age()
                .column(
                        "MissingPL",
                        "string",
                        "references a broken or non-existent PriorityLevelConfiguration",
                        r -> r.at("status", "conditions").items().stream()
                                .filter(c -> c.text("type").equals("Dangling"))
                                .findFirst()
                                .map(c -> c.text("status"))
                                .orElse("?"));
    }

    private static Table priorityLevel() {
        String queuing = "flowcontrol.v1.QueuingConfiguration";
        return Table.named()
                .column(
                        "Type",
                        "string",
                        field("flowcontrol.v1.PriorityLevelConfigurationSpec", "type"),
                        r -> r.text("spec", "type"))
                .column(
                        "NominalConcurrencyShares",
                        "string",
                        paragraphs("flowcontrol.v1.LimitedPriorityLevelConfiguration", "nominalConcurrencyShares"),
                        r -> ofPart(r.at("spec", "limited"), "nominalConcurrencyShares"))
                .column("Queues", "string", field(queuing, "queues"), r -> ofQueuing(r, "queues"))
                .column("HandSize", "string", field(queuing, "handSize"), r -> ofQueuing(r, "handSize"))
                .column(
                        "QueueLengthLimit",
                        "string",
                        field(queuing, "queueLengthLimit"),
                        r -> ofQueuing(r, "queueLengthLimit"))
                .age();
    }

    private static Object ofQueuing(Row row, String field) {
        return ofPart(row.at("spec", "limited", "limitResponse", "queuing"), field);
    }

    private static Object ofPart(Place part, String field) {
        return part.absent() ? "<none>" : (Object) part.number(field);
    }

    private static Table podGroup() {
        return Table.named()
                .column(
                        "Policy",
                        "string",
                        field("scheduling.v1alpha2.PodGroupSpec", "schedulingPolicy"),
                        r -> r.at("spec", "schedulingPolicy", "gang").present() ? "Gang" : "Basic")
                .column("Workload", "string", "Name of the referenced Workload object", r -> {
                    Place workload = r.at("spec", "podGroupTemplateRef", "workload");
                    return workload.absent() ? "<none>" : workload.text("workloadName");
                })
                .column("Status", "string", "Status of the PodGroup", PolicyTables::groupState)
                .age();
    }

    private static String groupState(Row row) {
        String state = "Pending";
        String disrupted = null;
        for (Place condition : row.at("status", "conditions").items()) {
            switch (condition.text("type")) {
                case "PodGroupScheduled" ->
                    state = condition.text("status").equals("True") ? "Scheduled" : "Unschedulable";
                case "DisruptionTarget" -> disrupted = condition.text("reason");
                default -> {}
            }
        }
        return disrupted == null ? state : disrupted;
    }

    private static Table scale() {
        return Table.empty()
                .column("Name", "string", Docs.NAME, Row::name)
                .column(
                        "Desired",
                        "integer",
                        field("autoscaling.v1.ScaleSpec", "replicas"),
                        r -> r.number("spec", "replicas"))
                .column(
                        "Available",
                        "integer",
                        field("autoscaling.v1.ScaleStatus", "replicas"),
                        r -> r.number("status", "replicas"))
                .age();
    }

    private static String claimState(Row row) {
        List<String> states = new ArrayList<>();
        if (row.deleting()) {
            states.add("deleted");
        }
        if (row.at("status", "allocation").absent()) {
            if (!row.deleting()) {
                states.add("pending");
            }
        } else {
            states.add("allocated");
            if (!row.at("status", "reservedFor").isEmpty()) {
                states.add("reserved");
            }
        }
        return String.join(",", states);
    }

    private static Table resourceSlice() {
        String spec = "resource.v1.ResourceSliceSpec";
        return Table.named()
                .column("Node", "string", paragraphs(spec, "nodeName"), r -> r.text("spec", "nodeName"))
                .column("Driver", "string", paragraphs(spec, "driver"), r -> r.text("spec", "driver"))
                .column(
                        "Pool",
                        "string",
                        paragraphs("resource.v1.ResourcePool", "name"),
                        r -> r.text("spec", "pool", "name"))
                .age();
    }
}
