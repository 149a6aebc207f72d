package io.k8j.kubelet.server;

import io.k8j.kubelet.cgroups.CgroupUse;
import io.k8j.kubelet.cgroups.CgroupUse.DiskTraffic;
import io.k8j.kubelet.cgroups.Figure;
import io.k8j.kubelet.cgroups.NetworkUse;
import io.k8j.model.metrics.MetricText;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Writes {@code /metrics/cadvisor} with cAdvisor's names and texts. Pure. */
final class ContainerPage {
    /**
     * One cgroup.
     *
     * @param id its path
     * @param container empty for a Pod as a whole, its sandbox, and what is above Pods
     * @param name id that the runtime gave; empty if it is none of the runtime's
     * @param started in seconds since 1970; 0 if it is not known
     * @param networks empty unless it holds a network namespace
     */
    record Row(
            String id,
            String namespace,
            String pod,
            String container,
            String image,
            String name,
            double started,
            CgroupUse use,
            List<NetworkUse> networks) {
        private String labels() {
            return String.join(
                    ",",
                    MetricText.label("container", container),
                    MetricText.label("id", id),
                    MetricText.label("image", image),
                    MetricText.label("name", name),
                    MetricText.label("namespace", namespace),
                    MetricText.label("pod", pod));
        }
    }

    /** What the machine has; {@code bootId}, {@code machineId} and {@code systemUuid} tell it from others. */
    record MachineRow(int cpus, long memory, String bootId, String machineId, String systemUuid) {}

    private final StringBuilder out = new StringBuilder();
    private final List<Row> rows;
    private final long millis;
    private String head = "";

    private ContainerPage(List<Row> rows, long millis) {
        this.rows = rows;
        this.millis = millis;
    }

    /** @param millis time of the readings */
    static String write(List<Row> rows, MachineRow machine, boolean failed, long millis) {
        ContainerPage page = new ContainerPage(rows, millis);
        for (Figure figure : Figure.values()) page.figure(figure);
        page.times();
        page.disks();
        page.networks();
        page.machine(machine);
        page.family(
                "container_scrape_error",
                "1 if there was an error while getting container metrics, 0 otherwise",
                "gauge");
        page.sample("container_scrape_error", "", failed ? 1 : 0, false);
        return page.out.toString();
    }

    private void family(String name, String help, String type) {
        if (head.equals(name)) return;
        head = name;
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private void sample(String name, String labels, double value, boolean timed) {
        out.append(name);
        if (!labels.isEmpty()) out.append('{').append(labels).append('}');
        out.append(' ').append(MetricText.number(value));
        if (timed) out.append(' ').append(millis);
        out.append('\n');
    }

    private void figure(Figure figure) {
        if (rows.stream().noneMatch(row -> row.use().figures().containsKey(figure))) return;
        family(figure.metric(), figure.help(), figure.type());
        boolean timed = !figure.metric().startsWith("container_spec_");
        for (Row row : rows) {
            Double value = row.use().figures().get(figure);
            if (value == null) continue;
            String more = figure.labels().isEmpty() ? "" : "," + figure.labels();
            sample(figure.metric(), row.labels() + more, value, timed);
        }
    }

    private void times() {
        family("container_last_seen", "Last time a container was seen by the exporter", "gauge");
        for (Row row : rows) sample("container_last_seen", row.labels(), millis / 1000, true);
        family("container_start_time_seconds", "Start time of the container since unix epoch in seconds.", "gauge");
        for (Row row : rows) {
            if (row.started() > 0)
                sample("container_start_time_seconds", row.labels(), Math.floor(row.started()), false);
        }
    }

    private void disks() {
        disks("container_fs_reads_bytes_total", "Cumulative count of bytes read", DiskTraffic::bytesRead);
        disks("container_fs_reads_total", "Cumulative count of reads completed", DiskTraffic::reads);
        disks("container_fs_writes_bytes_total", "Cumulative count of bytes written", DiskTraffic::bytesWritten);
        disks("container_fs_writes_total", "Cumulative count of writes completed", DiskTraffic::writes);
    }

    private void disks(String name, String help, ToDoubleFunction<DiskTraffic> amount) {
        if (rows.stream().allMatch(row -> row.use().disks().isEmpty())) return;
        family(name, help, "counter");
        for (Row row : rows) {
            for (DiskTraffic disk : row.use().disks()) {
                String labels = row.labels() + "," + MetricText.label("device", disk.device());
                sample(name, labels, amount.applyAsDouble(disk), true);
            }
        }
    }

    private void networks() {
        networks("receive_bytes", "bytes received", NetworkUse::bytesIn);
        networks("receive_packets", "packets received", NetworkUse::packetsIn);
        networks("receive_packets_dropped", "packets dropped while receiving", NetworkUse::droppedIn);
        networks("receive_errors", "errors encountered while receiving", NetworkUse::errorsIn);
        networks("transmit_bytes", "bytes transmitted", NetworkUse::bytesOut);
        networks("transmit_packets", "packets transmitted", NetworkUse::packetsOut);
        networks("transmit_packets_dropped", "packets dropped while transmitting", NetworkUse::droppedOut);
        networks("transmit_errors", "errors encountered while transmitting", NetworkUse::errorsOut);
    }

    private void networks(String what, String help, ToDoubleFunction<NetworkUse> amount) {
        if (rows.stream().allMatch(row -> row.networks().isEmpty())) return;
        String name = "container_network_" + what + "_total";
        family(name, "Cumulative count of " + help, "counter");
        for (Row row : rows) {
            for (NetworkUse network : row.networks()) {
                String labels = row.labels() + "," + MetricText.label("interface", network.name());
                sample(name, labels, amount.applyAsDouble(network), true);
            }
        }
    }

    private void machine(MachineRow machine) {
        String labels = String.join(
                ",",
                MetricText.label("boot_id", machine.bootId()),
                MetricText.label("machine_id", machine.machineId()),
                MetricText.label("system_uuid", machine.systemUuid()));
        family("machine_cpu_cores", "Number of logical CPU cores.", "gauge");
        sample("machine_cpu_cores", labels, machine.cpus(), false);
        family("machine_memory_bytes", "Amount of memory installed on the machine.", "gauge");
        sample("machine_memory_bytes", labels, machine.memory(), false);
    }
}
