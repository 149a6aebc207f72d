package io.k8j.apiserver.printer;

import static io.k8j.apiserver.printer.Docs.field;

import io.k8j.apiserver.printer.Table.Row;
import io.k8j.apiserver.validation.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Tables of what makes Pods. */
final class WorkloadTables {
    private static final String READY_PODS = "Number of the pod with ready state";
    private static final String[] POD = {"spec", "template", "spec"};

    static final Map<String, Table> TABLES = Map.ofEntries(
            Map.entry("Pod", PodTable.TABLE),
            Map.entry("PodTemplate", podTemplate()),
            Map.entry(
                    "ReplicationController",
                    replicas("core.v1.ReplicationController")
                            .wide(
                                    "Selector",
                                    "string",
                                    field("core.v1.ReplicationControllerSpec", "selector"),
                                    r -> Cells.labels(r.at("spec", "selector")))),
            Map.entry(
                    "ReplicaSet",
                    replicas("apps.v1.ReplicaSet")
                            .wide("Selector", "string", field("apps.v1.ReplicaSetSpec", "selector"), labelSelector())),
            Map.entry("Deployment", deployment()),
            Map.entry(
                    "StatefulSet",
                    Table.named()
                            .column("Ready", "string", READY_PODS, WorkloadTables::ready)
                            .age()
                            .template(POD)),
            Map.entry("DaemonSet", daemonSet()),
            Map.entry("Job", job()),
            Map.entry("CronJob", cronJob()),
            Map.entry(
                    "ControllerRevision",
                    Table.named()
                            .column("Controller", "string", "Controller of the object", WorkloadTables::controller)
                            .column(
                                    "Revision",
                                    "string",
                                    field("apps.v1.ControllerRevision", "revision"),
                                    r -> r.number("revision"))
                            .age()));

    private WorkloadTables() {}

    private static Table.Cell labelSelector() {
        return r -> Cells.selector(r.at("spec", "selector"));
    }

    private static Table podTemplate() {
        return Table.named()
                .column(
                        "Containers",
                        "string",
                        "Names of each container in the template.",
                        r -> Cells.containers(r.at("template", "spec"), "name"))
                .column(
                        "Images",
                        "string",
                        "Images referenced by each container in the template.",
                        r -> Cells.containers(r.at("template", "spec"), "image"))
                .column(
                        "Pod Labels",
                        "string",
                        "The labels for the pod template.",
                        r -> Cells.labels(r.at("template", "metadata", "labels")));
    }

    private static Table replicas(String type) {
        return Table.named()
                .column("Desired", "integer", field(type + "Spec", "replicas"), r -> r.number("spec", "replicas"))
                .column("Current", "integer", field(type + "Status", "replicas"), r -> r.number("status", "replicas"))
                .column(
                        "Ready",
                        "integer",
                        field(type + "Status", "readyReplicas"),
                        r -> r.number("status", "readyReplicas"))
                .age()
                .template(POD);
    }

    private static String ready(Row row) {
        return row.number("status", "readyReplicas") + "/" + row.number("spec", "replicas");
    }

    private static Table deployment() {
        return Table.named()
                .column("Ready", "string", READY_PODS, WorkloadTables::ready)
                .column(
                        "Up-to-date",
                        "string",
                        field("apps.v1.DeploymentStatus", "updatedReplicas"),
                        r -> r.number("status", "updatedReplicas"))
                .column(
                        "Available",
                        "string",
                        field("apps.v1.DeploymentStatus", "availableReplicas"),
                        r -> r.number("status", "availableReplicas"))
                .age()
                .template(POD)
                .wide(
                        "Selector",
                        "string",
                        field("apps.v1.DeploymentSpec", "selector"),
                        r -> Cells.selectorText(r.at("spec", "selector")));
    }

    private static Table daemonSet() {
        String status = "apps.v1.DaemonSetStatus";
        return Table.named()
                .column("Desired", "integer", field(status, "desiredNumberScheduled"), status("desiredNumberScheduled"))
                .column("Current", "integer", field(status, "currentNumberScheduled"), status("currentNumberScheduled"))
                .column("Ready", "integer", field(status, "numberReady"), status("numberReady"))
                .column(
                        "Up-to-date",
                        "integer",
                        field(status, "updatedNumberScheduled"),
                        status("updatedNumberScheduled"))
                .column("Available", "integer", field(status, "numberAvailable"), status("numberAvailable"))
                .column(
                        "Node Selector",
                        "string",
                        field("core.v1.PodSpec", "nodeSelector"),
                        r -> Cells.labels(r.at("spec", "template", "spec", "nodeSelector")))
                .age()
                .template(POD)
                .wide("Selector", "string", field("apps.v1.DaemonSetSpec", "selector"), labelSelector());
    }

    private static Table.Cell status(String name) {
        return r -> r.number("status", name);
    }

    private static Table job() {
        return Table.named()
                .column("Status", "string", "Status of the job.", WorkloadTables::jobStatus)
                .column("Completions", "string", field("batch.v1.JobStatus", "succeeded"), WorkloadTables::completions)
                .column("Duration", "string", "Time required to complete the job.", WorkloadTables::jobDuration)
                .age()
                .template(POD)
                .wide("Selector", "string", field("batch.v1.JobSpec", "selector"), labelSelector());
    }

    private static String jobStatus(Row row) {
        Place conditions = row.at("status", "conditions");
        if (Cells.conditionTrue(conditions, "Complete")) {
            return "Complete";
        }
        if (Cells.conditionTrue(conditions, "Failed")) {
            return "Failed";
        }
        if (row.deleting()) {
            return "Terminating";
        }
        if (Cells.conditionTrue(conditions, "Suspended")) {
            return "Suspended";
        }
        if (Cells.conditionTrue(conditions, "FailureTarget")) {
            return "FailureTarget";
        }
        return Cells.conditionTrue(conditions, "SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
    }

    private static String completions(Row row) {
        long succeeded = row.number("status", "succeeded");
        Long wanted = row.at("spec", "completions").number();
        if (wanted != null) {
            return succeeded + "/" + wanted;
        }
        long parallelism = row.number("spec", "parallelism");
        return parallelism > 1 ? succeeded + "/1 of " + parallelism : succeeded + "/1";
    }

    private static String jobDuration(Row row) {
        Instant start = Durations.parse(row.at("status", "startTime").value());
        Instant end = Durations.parse(row.at("status", "completionTime").value());
        return start == null ? "" : Durations.words(Duration.between(start, end == null ? row.now() : end));
    }

    private static Table cronJob() {
        String spec = "batch.v1.CronJobSpec";
        return Table.named()
                .column("Schedule", "string", field(spec, "schedule"), r -> r.text("spec", "schedule"))
                .column(
                        "Timezone",
                        "string",
                        field(spec, "timeZone"),
                        r -> r.at("spec", "timeZone").absent() ? "<none>" : r.text("spec", "timeZone"))
                .column("Suspend", "boolean", field(spec, "suspend"), WorkloadTables::suspend)
                .column("Active", "integer", field("batch.v1.CronJobStatus", "active"), r ->
                        (long) r.at("status", "active").size())
                .column(
                        "Last Schedule",
                        "string",
                        field("batch.v1.CronJobStatus", "lastScheduleTime"),
                        r -> r.at("status", "lastScheduleTime").absent()
                                ? "<none>"
                                : r.since("status", "lastScheduleTime"))
                .age()
                .template("spec", "jobTemplate", "spec", "template", "spec")
                .wide(
                        "Selector",
                        "string",
                        field("batch.v1.JobSpec", "selector"),
                        r -> Cells.selector(r.at("spec", "jobTemplate", "spec", "selector")));
    }

    private static String suspend(Row row) {
        Place suspend = row.at("spec", "suspend");
        if (suspend.absent()) {
            return "<unset>";
        }
        return suspend.isTrue() ? "True" : "False";
    }

    private static String controller(Row row) {
        List<Place> owners = row.at("metadata", "ownerReferences").items();
        for (Place owner : owners) {
            if (owner.isTrue("controller")) {
                String version = owner.text("apiVersion");
                int slash = version.indexOf('/');
                String group = slash < 0 ? "" : "." + version.substring(0, slash);
                return (owner.text("kind") + group).toLowerCase(java.util.Locale.ROOT) + "/" + owner.text("name");
            }
        }
        return "<none>";
    }
}
