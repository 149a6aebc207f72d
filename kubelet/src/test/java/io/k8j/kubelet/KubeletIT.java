package io.k8j.kubelet;

import static io.k8j.kubelet.testing.TestNode.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.kubelet.linux.OutOfMemoryKills;
import io.k8j.kubelet.testing.ContainerdNode;
import io.k8j.kubelet.testing.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The node agent over a real containerd. Needs root, containerd, runc, CNI plugins and busybox-static. */
class KubeletIT {
    private static final String IMAGE = "'image':'busybox:latest','imagePullPolicy':'IfNotPresent'";
    private static ContainerdNode containerd;
    private static TestNode node;

    @BeforeAll
    static void start() throws Exception {
        containerd = ContainerdNode.start("k8jt1", "10.77.1.0/24");
        node = new TestNode(containerd.runtime(), containerd.dataDir(), false);
    }

    @AfterAll
    static void stop() throws Exception {
        if (node != null) node.close();
        if (containerd != null) containerd.close();
    }

    @AfterEach
    void removePods() {
        if (node == null) return;
        var pods = node.api().resources(Pod.class);
        List<Pod> all = pods.list(ListOptions.ALL);
        all.forEach(pod -> pods.deleteIfPresent(ObjectKey.of(pod), DeleteOptions.DEFAULT.gracePeriod(1)));
        all.forEach(pod -> node.awaitGone(pod.getMetadata().getName()));
    }

    private static String sleeper(String more) {
        return "{'terminationGracePeriodSeconds':1,'containers':[{'name':'c',%s,'command':['sleep','1000']}]%s}"
                .formatted(IMAGE, more);
    }

    private static String sh(String script, String more) {
        return "{'restartPolicy':'Never','terminationGracePeriodSeconds':1,'containers':[{'name':'c',%s,'command':['sh','-c','%s']%s}]}"
                .formatted(IMAGE, script, more);
    }

    private static String get(String path) throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.kubelet().port() + path))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private String logs(String pod) throws Exception {
        return get("/containerLogs/default/" + pod + "/c");
    }

    private String exec(String pod, String... command) {
        var seen = node.find(pod).orElseThrow();
        String id = container(seen, 0).getContainerID().replaceFirst(".*://", "");
        var answer = containerd.runtime().execSync(id, List.of(command), Duration.ofSeconds(5));
        return answer.getStdout().toStringUtf8() + answer.getStderr().toStringUtf8();
    }

    @Test
    void onePodRunsInShortTimeAndThirtyAtOnceToo() {
        node.create("warm", sleeper(""));
        node.awaitPhase("warm", "Running");
        long begin = System.nanoTime();
        node.create("one", sleeper(""));
        node.awaitPhase("one", "Running");
        System.out.println("one pod: " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        begin = System.nanoTime();
        for (int i = 0; i < 30; i++) node.create("many-" + i, sleeper(""));
        for (int i = 0; i < 30; i++) node.awaitPhase("many-" + i, "Running");
        System.out.println("30 pods: " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        begin = System.nanoTime();
        removePods();
        System.out.println("delete 32 pods: " + (System.nanoTime() - begin) / 1_000_000 + " ms");
    }

    @Test
    void aPodSeesItsNameItsHostsAndItsResolver() {
        node.create("p", sleeper(",'hostname':'h','hostAliases':[{'ip':'1.2.3.4','hostnames':['foo','bar']}]"));
        node.awaitPhase("p", "Running");
        assertThat(exec("p", "hostname")).isEqualTo("h\n");
        assertThat(exec("p", "cat", "/etc/hosts"))
                .startsWith("# Kubernetes-managed hosts file.")
                .contains("\th\n", "1.2.3.4\tfoo\tbar");
        assertThat(exec("p", "cat", "/etc/resolv.conf"))
                .contains("nameserver 10.43.0.10", "search default.svc.cluster.local", "options ndots:5");
    }

    @Test
    void volumesShowConfigMapsSecretsAndThePodItselfAndFollowChanges() {
        node.create(
                ConfigMap.class,
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','namespace':'default'},'data':{'k':'v1'}}");
        node.create(
                Secret.class,
                "{'apiVersion':'v1','kind':'Secret','metadata':{'name':'s','namespace':'default'},'data':{'k':'c2VjcmV0'}}");
        node.create("p", """
                {'terminationGracePeriodSeconds':1,'securityContext':{'fsGroup':2000},
                 'containers':[{'name':'c',%s,'command':['sleep','1000'],'volumeMounts':[
                   {'name':'m','mountPath':'/m'},{'name':'s','mountPath':'/s'},{'name':'e','mountPath':'/e'},
                   {'name':'d','mountPath':'/d'},{'name':'m','mountPath':'/one','subPath':'k'},
                   {'name':'e','mountPath':'/sub','subPathExpr':'a/$(NAME)'}],
                   'env':[{'name':'NAME','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}}]}],
                 'volumes':[{'name':'m','configMap':{'name':'m'}},{'name':'s','secret':{'secretName':'s'}},
                   {'name':'e','emptyDir':{'medium':'Memory','sizeLimit':'1Mi'}},
                   {'name':'d','downwardAPI':{'items':[{'path':'name','fieldRef':{'fieldPath':'metadata.name'}}]}}]}""".formatted(IMAGE));
        node.awaitPhase("p", "Running");
        assertThat(exec("p", "cat", "/m/k", "/s/k", "/d/name", "/one")).isEqualTo("v1secretpv1");
        assertThat(exec("p", "sh", "-c", "mount | grep -c \"tmpfs on /[se] \"").strip())
                .isEqualTo("2");
        assertThat(exec("p", "sh", "-c", "touch /e/x && stat -c %g /e/x").strip())
                .isEqualTo("2000");
        assertThat(exec("p", "sh", "-c", "touch /sub/y; ls /e/a/p").strip()).isEqualTo("y");
        node.api()
                .resources(ConfigMap.class)
                .patch(new ObjectKey("default", "m"), PatchType.MERGE, Map.of("data", Map.of("k", "v2")), "");
        await().untilAsserted(() -> assertThat(exec("p", "cat", "/m/k")).isEqualTo("v2"));
        assertThat(exec("p", "cat", "/one")).isEqualTo("v1");
        Path podDir = containerd
                .dataDir()
                .resolve("agent/kubelet/pods")
                .resolve(node.find("p").orElseThrow().getMetadata().getUid());
        assertThat(podDir).exists();
        removePods();
        assertThat(podDir).doesNotExist();
    }

    @Test
    void aMissingConfigMapHoldsAVolumeBackUntilItComes() {
        node.create("p", sleeper(",'volumes':[{'name':'late','configMap':{'name':'late'}}]"));
        await().untilAsserted(() -> assertThat(node.events("p"))
                .contains("FailedMount: MountVolume.SetUp failed for volume \"late\" : configmap \"late\" not found"));
        node.create(
                ConfigMap.class,
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'late','namespace':'default'}}");
        node.awaitPhase("p", "Running");
    }

    @Test
    void logsAndTheLastWordsOfAContainerCanBeRead() throws Exception {
        node.create("p", sh("echo one; echo two; echo bye >/dev/termination-log; exit 3", ""));
        Pod pod = node.awaitPhase("p", "Failed");
        assertThat(logs("p")).isEqualTo("one\ntwo\n");
        assertThat(get("/containerLogs/default/p/c?tailLines=1")).isEqualTo("two\n");
        assertThat(get("/containerLogs/default/p/c?limitBytes=3")).isEqualTo("one");
        var ended = container(pod, 0).getState().getTerminated();
        assertThat(ended.getExitCode()).isEqualTo(3);
        assertThat(ended.getReason()).isEqualTo("Error");
        assertThat(ended.getMessage()).isEqualTo("bye\n");
        assertThat(container(pod, 0).getImageID()).contains("sha256:");
    }

    @Test
    void aContainerOverItsMemoryLimitIsKilledForIt() {
        node.create(
                "p",
                sh("exec dd if=/dev/zero of=/dev/null bs=64M count=1", ",'resources':{'limits':{'memory':'16Mi'}}"));
        Pod pod = node.awaitPhase("p", "Failed");
        assertThat(container(pod, 0).getState().getTerminated().getReason()).isEqualTo("OOMKilled");
        assumeTrue(
                Files.isReadable(Path.of("/dev/kmsg")), "the kernel's log cannot be read: only the runtime was asked");
        try (OutOfMemoryKills kills = new OutOfMemoryKills()) {
            String id = container(pod, 0).getContainerID();
            assertThat(kills.in(id.substring(id.indexOf("//") + 2))).isTrue();
        }
    }

    @Test
    void requestsAndLimitsBecomeCgroupValues() throws Exception {
        node.create("p", """
                {'terminationGracePeriodSeconds':1,'containers':[{'name':'c',%s,'command':['sleep','1000'],
                 'resources':{'requests':{'cpu':'100m','memory':'32Mi'},'limits':{'cpu':'200m','memory':'64Mi'}}}]}""".formatted(IMAGE));
        Pod pod = node.awaitPhase("p", "Running");
        assertThat(pod.getStatus().getQosClass()).isEqualTo("Burstable");
        Path cpu = Path.of("/sys/fs/cgroup/cpu/k8jtest/kubepods/burstable/pod"
                + pod.getMetadata().getUid());
        assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup/cpu")), "needs cgroup v1");
        assertThat(Files.readString(cpu.resolve("cpu.shares")).strip()).isEqualTo("102");
        assertThat(Files.readString(cpu.resolve("cpu.cfs_quota_us")).strip()).isEqualTo("20000");
        removePods();
        assertThat(cpu).doesNotExist();
    }

    @Test
    void securitySettingsHold() throws Exception {
        node.create(
                "p",
                sh(
                        "id -u; id -g; touch /x 2>&1; true",
                        ",'securityContext':{'runAsUser':1001,'runAsGroup':2002,'readOnlyRootFilesystem':true,'allowPrivilegeEscalation':false}"));
        node.awaitPhase("p", "Succeeded");
        assertThat(logs("p")).startsWith("1001\n2002\n").contains("Read-only file system");
        node.create("q", sh("true", ",'securityContext':{'runAsNonRoot':true}"));
        Pod refused = node.await(
                "q",
                "refused",
                pod -> !pod.getStatus().getContainerStatuses().isEmpty()
                        && container(pod, 0).getState().getWaiting() != null
                        && "CreateContainerConfigError"
                                .equals(container(pod, 0)
                                        .getState()
                                        .getWaiting()
                                        .getReason()));
        assertThat(container(refused, 0).getState().getWaiting().getMessage())
                .startsWith("container has runAsNonRoot and image will run as root (pod: \"q_default(");
    }

    @Test
    void probesAndHooksReachTheContainer() {
        node.create("p", """
                {'terminationGracePeriodSeconds':5,'containers':[{'name':'c',%s,
                 'command':['sh','-c','mkdir /w; echo ok > /w/index.html; exec httpd -f -p 8080 -h /w'],
                 'ports':[{'name':'web','containerPort':8080}],
                 'startupProbe':{'tcpSocket':{'port':'web'},'periodSeconds':1},
                 'readinessProbe':{'httpGet':{'path':'/index.html','port':'web'},'periodSeconds':1},
                 'livenessProbe':{'exec':{'command':['test','-f','/w/index.html']},'periodSeconds':1,'failureThreshold':1},
                 'lifecycle':{'postStart':{'exec':{'command':['touch','/started']}},
                   'preStop':{'exec':{'command':['sh','-c','echo stopping > /proc/1/fd/1']}}}}]}""".formatted(IMAGE));
        node.await(
                "p",
                "ready",
                pod -> pod.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True")));
        assertThat(exec("p", "ls", "/started")).isEqualTo("/started\n");
        exec("p", "rm", "/w/index.html");
        node.await("p", "restarted", pod -> container(pod, 0).getRestartCount() > 0);
    }

    @Test
    void aWrongCommandIsToldAndTheContainerBacksOff() {
        node.create(
                "p",
                "{'terminationGracePeriodSeconds':1,'containers':[{'name':'c',%s,'command':['/nowhere']}]}"
                        .formatted(IMAGE));
        Pod pod = node.await(
                "p",
                "backs off",
                p -> !p.getStatus().getContainerStatuses().isEmpty()
                        && container(p, 0).getState().getWaiting() != null
                        && "CrashLoopBackOff"
                                .equals(container(p, 0).getState().getWaiting().getReason()));
        var last = container(pod, 0).getLastState().getTerminated();
        assertThat(last.getReason()).isEqualTo("StartError");
        assertThat(last.getExitCode()).isEqualTo(128);
        assertThat(node.events("p"))
                .anyMatch(event -> event.startsWith("Failed: Error: failed to create containerd task"));
    }

    @Test
    void execGoesThroughTheServerToTheContainer() throws Exception {
        node.create("p", sleeper(""));
        node.awaitPhase("p", "Running");
        var output = new StringBuilder();
        var closed = new CompletableFuture<Void>();
        var listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                if (data.get() == 1) output.append(StandardCharsets.UTF_8.decode(data));
                socket.request(1);
                return null;
            }

            @Override
            public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
                closed.complete(null);
                return null;
            }

            @Override
            public void onError(WebSocket socket, Throwable error) {
                closed.complete(null);
            }
        };
        URI uri = URI.create("ws://127.0.0.1:%d/exec/default/p/c?command=echo&command=hi&output=1&error=1"
                .formatted(node.kubelet().port()));
        HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("v4.channel.k8s.io")
                .buildAsync(uri, listener)
                .get(60, TimeUnit.SECONDS);
        closed.get(60, TimeUnit.SECONDS);
        assertThat(output.toString()).isEqualTo("hi\n");
    }

    @Test
    void killedRuntimeAndRestartedAgentLeaveContainersAlone() throws Exception {
        node.create("p", sleeper(""));
        Pod before = node.awaitPhase("p", "Running");
        node.stopKubelet();
        containerd.containerd().process().destroyForcibly();
        node.startKubelet();
        node.create("q", sleeper(""));
        node.awaitPhase("q", "Running");
        Pod after = node.find("p").orElseThrow();
        assertThat(container(after, 0).getContainerID())
                .isEqualTo(container(before, 0).getContainerID());
        assertThat(container(after, 0).getRestartCount()).isZero();
        assertThat(exec("p", "echo", "alive")).isEqualTo("alive\n");
    }

    @Test
    void statisticsNameTheContainer() throws Exception {
        node.create("p", sleeper(""));
        node.awaitPhase("p", "Running");
        assertThat(get("/metrics/resource"))
                .contains("container_memory_working_set_bytes{container=\"c\",namespace=\"default\",pod=\"p\"}");
        assertThat(get("/stats/summary")).contains("\"nodeName\":\"node-1\"");
        assertThat(get("/pods")).contains("\"name\":\"p\"");
        assertThat(get("/healthz")).isEqualTo("ok");
    }

    @Test
    void cgroupsNetworksAndVolumesAreMeasured() throws Exception {
        node.create("p", sleeper(",'volumes':[{'name':'e','emptyDir':{}}]"));
        node.awaitPhase("p", "Running");
        String page = get("/metrics/cadvisor");
        String container = "container=\"c\",id=\"[^\"]+\",image=\"[^\"]*busybox:latest\",name=\"[0-9a-f]{64}\","
                + "namespace=\"default\",pod=\"p\"";
        for (String metric : List.of(
                "container_cpu_usage_seconds_total\\{" + container + ",cpu=\"total\"\\} ",
                "container_memory_working_set_bytes\\{" + container + "\\} ",
                "container_spec_cpu_shares\\{" + container + "\\} 2",
                "container_processes\\{" + container + "\\} 1 ",
                "container_start_time_seconds\\{" + container + "\\} ",
                "container_network_receive_bytes_total\\{container=\"\",.*pod=\"p\",interface=\"eth0\"\\} ",
                "container_memory_usage_bytes\\{container=\"\",id=\"/\",image=\"\",name=\"\",namespace=\"\",pod=\"\"\\} ",
                "machine_cpu_cores\\{boot_id=")) {
            assertThat(page).containsPattern("(?m)^" + metric);
        }
        assertThat(get("/stats/summary"))
                .containsPattern("\"network\":\\{\"time\":\"[^\"]+\",\"name\":\"eth0\",\"rxBytes\":\\d+")
                .containsPattern(
                        "\"usedBytes\":\\d+,\"inodesFree\":\\d+,\"inodes\":\\d+,\"inodesUsed\":\\d+,\"name\":\"e\"")
                .contains("\"process_stats\":{\"process_count\":");
        await().untilAsserted(() -> assertThat(get("/metrics"))
                .contains("kubelet_pleg_relist_duration_seconds_count", "kubelet_started_pods_total")
                .containsPattern("kubelet_pleg_last_seen_seconds [1-9]"));
    }
}
