package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.NodeMetrics;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.runtime.Load;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code metrics.k8s.io}, measured from the kubelets in virtual time. */
@K8j(virtualTime = true)
class ResourceMetricsTest {
    private static final String API = "/apis/metrics.k8s.io/v1beta1";
    private static final String IMAGE = "example.test/worker:1";

    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client;

    @AfterEach
    void forgetScripts() {
        cluster.scripts().clear();
    }

    private Pod create(String name, String script) {
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("app", name)
                        .addToAnnotations(SimulatedRuntime.SCRIPT, script)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("app")
                        .withImage(IMAGE)
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        cluster.awaitQuiescent();
        return pod;
    }

    private String path(String suffix) {
        return API + "/namespaces/" + client.getNamespace() + "/pods" + suffix;
    }

    /** Whoever asks for the first time has the measuring begin; after two rounds there is something to tell. */
    private void measure() {
        assertThat(client.raw(API + "/nodes")).contains("NodeMetricsList");
        cluster.awaitQuiescent();
        cluster.advance(Duration.ofSeconds(31));
    }

    private Map<String, Quantity> use(String pod) {
        return client.top()
                .pods()
                .metrics(client.getNamespace(), pod)
                .getContainers()
                .getFirst()
                .getUsage();
    }

    private static BigDecimal cores(Map<String, Quantity> usage) {
        return usage.get("cpu").getNumericalAmount().setScale(3, java.math.RoundingMode.HALF_UP);
    }

    @Test
    void tellsWhatAPodUsesAsItsScriptSays() {
        create("p", "containers: {app: {cpu: 250m, memory: 64Mi, load: [{after: 2m, cpu: 900m, memory: 1Gi}]}}");
        measure();
        PodMetrics metrics = client.top().pods().metrics(client.getNamespace(), "p");
        assertThat(metrics.getMetadata().getLabels()).containsEntry("app", "p");
        assertThat(metrics.getWindow().getDuration()).isEqualTo(Duration.ofSeconds(15));
        assertThat(metrics.getContainers().getFirst().getName()).isEqualTo("app");
        assertThat(cores(use("p"))).isEqualByComparingTo("0.250");
        assertThat(use("p").get("memory")).isEqualTo(new Quantity("64Mi"));
        cluster.advance(Duration.ofMinutes(3));
        assertThat(cores(use("p"))).isEqualByComparingTo("0.900");
        assertThat(use("p").get("memory")).isEqualTo(new Quantity("1Gi"));
    }

    @Test
    void aTestPutsLoadOnContainersThatRun() {
        create("p", "containers: {app: {cpu: 10m}}");
        cluster.scripts().load(IMAGE, new Load(700, 32 << 20));
        measure();
        assertThat(cores(use("p"))).isEqualByComparingTo("0.700");
        SimulatedRuntime runtime = cluster.nodes().getFirst().runtime();
        runtime.use(runtime.running(client.getNamespace(), "p", "app").orElseThrow(), new Load(50, 1 << 20));
        cluster.advance(Duration.ofSeconds(31));
        assertThat(cores(use("p"))).isEqualByComparingTo("0.050");
    }

    @Test
    void aNodeUsesWhatItsContainersUse() {
        create("p", "containers: {app: {cpu: 2, memory: 3Gi}}");
        measure();
        NodeMetrics node = client.top().nodes().metrics("node-0");
        assertThat(cores(node.getUsage())).isGreaterThanOrEqualTo(new BigDecimal("2"));
        assertThat(node.getUsage().get("memory").getNumericalAmount()).isGreaterThanOrEqualTo(new BigDecimal(3L << 30));
        assertThat(node.getMetadata().getLabels()).containsEntry("kubernetes.io/hostname", "node-0");
    }

    @Test
    void selectsByTheLabelsAndFieldsOfPods() {
        create("a", "containers: {app: {cpu: 100m}}");
        create("b", "containers: {app: {cpu: 100m}}");
        measure();
        assertThat(names(path("?labelSelector=app%3Da"))).containsExactly("a");
        assertThat(names(path("?fieldSelector=metadata.name%3Db"))).containsExactly("b");
        assertThat(names(path(""))).containsExactly("a", "b");
    }

    private List<Object> names(String path) {
        return Trees.list(Json.parseObject(client.raw(path).getBytes(StandardCharsets.UTF_8)), "items").stream()
                .<Object>map(item -> Trees.string(item, "metadata", "name"))
                .toList();
    }

    @Test
    void showsATableAsMetricsServerDoes() throws Exception {
        create("p", "containers: {app: {cpu: 250m, memory: 64Mi}}");
        measure();
        String table = answer(path("/p"), "application/json;as=Table;v=v1;g=meta.k8s.io");
        Map<String, Object> tree = Json.parseObject(table.substring(4).getBytes(StandardCharsets.UTF_8));
        assertThat(Trees.list(tree, "columnDefinitions").stream().map(c -> Trees.string(c, "name")))
                .containsExactly("Name", "cpu", "memory", "Window");
        assertThat(Trees.list(tree, "rows").getFirst()).asString().contains("p, 250m, 64Mi, 15s");
    }

    @Test
    void refusesInMetricsServersWords() throws Exception {
        assertThat(refusal(path("/none"))).isEqualTo("404 pods \"none\" not found");
        create("young", "containers: {app: {cpu: 250m}}");
        assertThat(refusal(path("/young")))
                .isEqualTo("404 podmetrics.metrics.k8s.io \"%s/young\" not found".formatted(client.getNamespace()));
        assertThat(refusal(API + "/nodes/none")).isEqualTo("404 nodes \"none\" not found");
        assertThat(refusal(path("?watch=true"))).startsWith("405 ");
        assertThat(refusal(path("?labelSelector=%21%21"))).startsWith("400 ");
        assertThat(refusal(path("?fieldSelector=spec.nodeName%3Dx"))).startsWith("400 ");
    }

    private String refusal(String path) throws Exception {
        String answer = answer(path);
        return answer.substring(0, 4)
                + Trees.string(Json.parseObject(answer.substring(4).getBytes(StandardCharsets.UTF_8)), "message");
    }

    @Test
    void isDiscoveredAsAnAggregatedGroup() {
        Map<String, Object> list = Json.parseObject(client.raw(API).getBytes(StandardCharsets.UTF_8));
        assertThat(Trees.list(list, "resources"))
                .extracting(r -> Trees.string(r, "name") + " "
                        + Trees.string(r, "kind") + " " + Trees.list(r, "verbs") + " "
                        + Trees.string(r, "singularName"))
                .containsExactly("nodes NodeMetrics [get, list] ", "pods PodMetrics [get, list] ");
        Map<String, Object> service =
                Json.parseObject(client.raw("/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io")
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(Trees.get(service, "spec", "service")).isNull();
        assertThat(service.toString()).contains("Local APIServices are always available");
        assertThat(client.getApiGroup("metrics.k8s.io").getPreferredVersion().getVersion())
                .isEqualTo("v1beta1");
        assertThat(client.raw("/openapi/v3")).contains("apis/metrics.k8s.io/v1beta1");
    }

    @Test
    void aMetricsServerThatIsInstalledTakesItsPlaceUntilItIsRemoved() throws Exception {
        var services = client.genericKubernetesResources("apiregistration.k8s.io/v1", "APIService");
        var own = services.withName("v1beta1.metrics.k8s.io").get();
        assertThat(own.getMetadata().getLabels()).as("nobody sets it back").isNullOrEmpty();
        own.setAdditionalProperties(Map.of(
                "spec",
                Map.of(
                        "group",
                        "metrics.k8s.io",
                        "version",
                        "v1beta1",
                        "groupPriorityMinimum",
                        100,
                        "versionPriority",
                        100,
                        "insecureSkipTLSVerify",
                        true,
                        "service",
                        Map.of("name", "metrics-server", "namespace", "kube-system"))));
        services.resource(own).update();
        cluster.awaitQuiescent();
        client.getConfiguration().setRequestRetryBackoffLimit(0); // the first answer is the one that counts
        assertThat(answer(API + "/nodes")).startsWith("503 ");
        services.withName("v1beta1.metrics.k8s.io").delete();
        Awaitility.await()
                .untilAsserted(() -> assertThat(answer(API + "/nodes")).startsWith("200 "));
    }

    private String answer(String path, String... accept) throws Exception {
        HttpRequest.Builder request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(client.getMasterUrl().toURI().resolve(path));
        for (String type : accept) request.header("Accept", type);
        var answer =
                client.getHttpClient().sendAsync(request.build(), String.class).get();
        return answer.code() + " " + answer.body();
    }

    @Test
    void answersInJsonWhoeverPrefersProtobuf() throws Exception {
        create("p", "containers: {app: {cpu: 250m}}");
        measure();
        String protobuf = "application/vnd.kubernetes.protobuf";
        assertThat(answer(path(""), protobuf + ", */*")).startsWith("200 {");
        assertThat(answer(path("/p"), protobuf + ",application/json")).startsWith("200 {");
        assertThat(answer(path(""), protobuf)).startsWith("406 ");
        assertThat(answer(path(""), "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"))
                .startsWith("200 {")
                .contains("\"name\":\"p\"");
        assertThat(answer(path("/p"), "application/yaml")).startsWith("200 ").contains("kind: PodMetrics");
        assertThat(answer("/openapi/v3/apis/metrics.k8s.io/v1beta1", "application/json"))
                .contains("io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics", "PodMetricsList");
    }

    @Test
    void whoMayViewANamespaceMayReadIt() {
        cluster.awaitQuiescent();
        var view = cluster.client()
                .resources(io.fabric8.kubernetes.api.model.rbac.ClusterRole.class)
                .get(ObjectKey.of("view"));
        assertThat(view.getRules())
                .anySatisfy(rule -> assertThat(rule.getApiGroups()).contains("metrics.k8s.io"));
    }
}
