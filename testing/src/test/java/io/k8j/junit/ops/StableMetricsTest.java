package io.k8j.junit.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.k8j.junit.AdmissionAnswer;
import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import io.k8j.junit.WebhookRule;
import io.k8j.junit.auth.RawApi;
import io.k8j.kubelet.runtime.ContainerScript;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The metrics on whose names and labels upstream's users rely are where they look for them. */
@K8j(nodes = 1, scope = K8j.Scope.METHOD)
class StableMetricsTest {
    private static final Pattern TYPE = Pattern.compile("^# TYPE (\\S+) (\\S+)$");
    private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)})? [^ ]+( [0-9]+)?$");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");

    /** Metrics that are not there, or not in this cluster, and why. */
    private static final Map<String, String> GAPS = Map.ofEntries(
            Map.entry("apiserver_authentication_config_controller_", "after the file of a flag was read anew only"),
            Map.entry("apiserver_authorization_config_controller_", "after the file of a flag was read anew only"),
            Map.entry("apiserver_flowcontrol_rejected_requests_total", "when somebody was refused only"),
            Map.entry("apiserver_storage_size_bytes", "a store in memory has no file"),
            Map.entry("node_collector_evictions_total", "when a node was lost only"));

    private record Metric(String name, String type, String page, Set<String> labels) {}

    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client;

    private static List<Metric> listed() throws IOException {
        List<Metric> metrics = new ArrayList<>();
        try (InputStream in = StableMetricsTest.class.getResourceAsStream("stable-metrics.tsv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith("#")) continue;
                String[] cells = line.split("\t");
                Set<String> labels = cells[4].equals("-") ? Set.of() : new TreeSet<>(List.of(cells[4].split(",")));
                metrics.add(new Metric(cells[0], cells[1], cells[3], labels));
            }
        }
        return metrics;
    }

    /** Something of everything happens, so that there is something to count. */
    private void live() {
        cluster.scripts()
                .container("ends", ContainerScript.DEFAULT.starting(ContainerScript.Start.running(Duration.ZERO, 0)));
        cluster.webhooks().validating("asks", WebhookRule.of("", "v1", "configmaps"), r -> AdmissionAnswer.allow());
        cluster.apply("""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: none-bad}
            spec:
              matchConstraints:
                resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [secrets]}]
              validations: [{expression: "object.metadata.name != 'bad'"}]
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: none-bad}
            spec: {policyName: none-bad, validationActions: [Deny]}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: asked, namespace: default}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: limited, namespace: default}
            spec:
              containers:
              - name: c
                image: i
                resources: {limits: {cpu: 100m, memory: 1Mi}}
                readinessProbe: {exec: {command: [ok]}, periodSeconds: 1}
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: kept, namespace: default}
            spec:
              serviceName: kept
              selector: {matchLabels: {a: b}}
              template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: {name: once, namespace: default}
            spec:
              template: {spec: {restartPolicy: Never, containers: [{name: c, image: ends}]}}
            """);
        client.componentstatuses().list();
        Awaitility.await().atMost(3, TimeUnit.MINUTES).until(this::isJudged);
        Awaitility.await()
                .atMost(3, TimeUnit.MINUTES)
                .until(() ->
                        client.pods().inNamespace("default").withName("limited").isReady());
        Awaitility.await()
                .atMost(3, TimeUnit.MINUTES)
                .until(() -> get(cluster.metricsAddress("kube-controller-manager")
                                .toString())
                        .contains("statefulset_controller_"));
        Awaitility.await().atMost(3, TimeUnit.MINUTES).until(() -> {
            var job = client.batch()
                    .v1()
                    .jobs()
                    .inNamespace("default")
                    .withName("once")
                    .get();
            return job.getStatus() != null && job.getStatus().getCompletionTime() != null;
        });
    }

    /** Whether the policy is in force. */
    private boolean isJudged() {
        try {
            client.resource(new SecretBuilder()
                            .withNewMetadata()
                            .withName("bad")
                            .withNamespace("default")
                            .endMetadata()
                            .build())
                    .dryRun()
                    .create();
            return false;
        } catch (KubernetesClientException e) {
            return e.getCode() == 422;
        }
    }

    private static final class Page {
        private final Map<String, String> types = new LinkedHashMap<>();
        private final Map<String, Set<String>> labels = new LinkedHashMap<>();
    }

    private Page page(String text) {
        Page page = new Page();
        for (String line : text.lines().toList()) {
            Matcher type = TYPE.matcher(line);
            if (type.matches()) {
                assertThat(page.types.put(type.group(1), type.group(2)))
                        .as("a metric is told in one piece: " + line)
                        .isNull();
            }
            if (line.isEmpty() || line.startsWith("#")) continue;
            Matcher sample = SAMPLE.matcher(line);
            assertThat(sample.matches()).as(line).isTrue();
            String name = sample.group(1);
            if (!page.types.containsKey(name)) name = name.replaceFirst("_(bucket|sum|count)$", "");
            Set<String> names = new TreeSet<>();
            Matcher label = LABEL.matcher(sample.group(3) == null ? "" : sample.group(3));
            while (label.find()) if (!label.group(1).equals("le")) names.add(label.group(1));
            Set<String> before = page.labels.putIfAbsent(name, names);
            assertThat(before == null || before.equals(names))
                    .as("always the same labels: " + line)
                    .isTrue();
        }
        return page;
    }

    private String get(String address) throws Exception {
        try (RawApi api = RawApi.admin(cluster).at(address)) {
            RawApi.Answer answer = api.get("");
            assertThat(answer.code()).as(address + " " + answer.text()).isEqualTo(200);
            return answer.text();
        }
    }

    private Map<String, Page> pages() throws Exception {
        String url = cluster.url();
        String node = url + "/api/v1/nodes/" + cluster.nodes().getFirst().name() + "/proxy/metrics";
        String controllers = cluster.metricsAddress("kube-controller-manager").toString();
        String scheduler = cluster.metricsAddress("kube-scheduler").toString();
        get(url + "/readyz");
        Map<String, Page> pages = new LinkedHashMap<>();
        pages.put("apiserver", page(get(url + "/metrics")));
        pages.put("apiserver/slis", page(get(url + "/metrics/slis")));
        pages.put("controllers", page(get(controllers)));
        pages.put("scheduler", page(get(scheduler)));
        pages.put("scheduler/resources", page(get(scheduler + "/resources")));
        pages.put("kubelet/resource", page(get(node + "/resource")));
        pages.put("kubelet/probes", page(get(node + "/probes")));
        return pages;
    }

    @Test
    void allPointsOfTheSchedulerAreTimed() throws Exception {
        live();
        String text = get(cluster.metricsAddress("kube-scheduler").toString());
        for (String point : List.of("PreFilter", "Filter", "Reserve", "Permit", "PreBind", "Bind")) {
            assertThat(text)
                    .contains("scheduler_framework_extension_point_duration_seconds_count{extension_point=\"" + point
                            + "\",profile=\"default-scheduler\",status=\"Success\"}");
        }
        assertThat(text)
                .contains("scheduler_plugin_evaluation_total{extension_point=\"Filter\",plugin=\"NodeResourcesFit\","
                        + "profile=\"default-scheduler\"} ")
                .contains("scheduler_plugin_execution_duration_seconds_count{extension_point=\"Bind\","
                        + "plugin=\"DefaultBinder\",status=\"Success\"} ")
                .contains("scheduler_plugin_execution_duration_seconds_count{extension_point=\"Filter\","
                        + "plugin=\"TaintToleration\",status=\"Success\"} ");
    }

    @Test
    void everyListedMetricIsWhereUpstreamHasItWithItsLabels() throws Exception {
        live();
        Map<String, Page> pages;
        try (Watch open = client.configMaps().inAnyNamespace().watch(new Ignoring())) {
            pages = pages();
        }
        List<String> wrong = new ArrayList<>();
        Set<String> unused = new TreeSet<>(GAPS.keySet());
        for (Metric metric : listed()) {
            Page page = pages.get(metric.page());
            if (!page.labels.containsKey(metric.name())) {
                String gap = GAPS.keySet().stream()
                        .filter(metric.name()::startsWith)
                        .findFirst()
                        .orElse(null);
                if (gap == null) wrong.add(metric.name() + " is missing in " + metric.page());
                else unused.remove(gap);
                continue;
            }
            if (!metric.type().equals(page.types.get(metric.name()))) {
                wrong.add(metric.name() + " is a " + page.types.get(metric.name()));
            }
            if (!metric.labels().equals(page.labels.get(metric.name()))) {
                wrong.add(metric.name() + " has labels " + page.labels.get(metric.name()));
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(unused).as("gaps that are none").isEmpty();
    }

    @Test
    void whoeverMayNotSeeMetricsSeesOnlyHealth() throws Exception {
        String address = cluster.metricsAddress("kube-scheduler").toString();
        try (RawApi nobody = RawApi.anonymous(cluster).at(address.replace("/metrics", ""))) {
            assertThat(nobody.get("/metrics").code()).isEqualTo(403);
            assertThat(nobody.get("/healthz").text()).isEqualTo("ok");
        }
    }

    private static final class Ignoring implements Watcher<ConfigMap> {
        @Override
        public void eventReceived(Action action, ConfigMap object) {}

        @Override
        public void onClose(WatcherException cause) {}
    }
}
