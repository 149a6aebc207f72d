package io.k8j.kubelet.dra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.client.ListOptions;
import io.k8j.kubelet.plugins.PluginSockets;
import io.k8j.kubelet.testing.TestNode;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers register by their sockets, prepare what Pods' claims were allocated, and undo it. */
class NodeDriversTest {
    private static final String DRIVER = "gpu.example.com";

    @TempDir
    Path dir;

    private TestNode node; // for its API server
    private DynamicResources resources;
    private PluginSockets sockets;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.simulated(dir.resolve("n"));
        open();
    }

    private void open() throws Exception {
        resources = DynamicResources.start(dir, TestNode.NAME, node.api());
        sockets = PluginSockets.start(dir.resolve("reg"), resources.handlers());
    }

    private void shut() {
        sockets.close();
        resources.close();
    }

    @AfterEach
    void stop() {
        shut();
        node.close();
    }

    private PlayedDriver driver(String... versions) throws Exception {
        return new PlayedDriver(dir.resolve("reg/gpu.sock"), "DRAPlugin", DRIVER, versions);
    }

    private static void awaitRegistered(PlayedDriver driver) {
        await().until(() -> !driver.told.isEmpty() && driver.told.getLast().getPluginRegistered());
    }

    private static Pod pod(String uid, String request) {
        return object(Pod.class, """
            {'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','namespace':'ns','uid':'%s'},
             'spec':{'resourceClaims':[{'name':'mine','resourceClaimName':'c1'}],
              'containers':[{'name':'c','resources':{'claims':[{'name':'mine'%s}]}},{'name':'none'}]}}
            """.formatted(uid, uid, request));
    }

    private static ResourceClaim claim(String uid) {
        return object(ResourceClaim.class, """
            {'apiVersion':'resource.k8s.io/v1','kind':'ResourceClaim',
             'metadata':{'name':'c1','namespace':'ns','uid':'%s'},
             'status':{'allocation':{'devices':{'results':[
               {'request':'gpu','driver':'gpu.example.com','pool':'pool','device':'gpu-0'}]}}}}
            """.formatted(uid));
    }

    private static <T extends io.fabric8.kubernetes.api.model.HasMetadata> T object(Class<T> type, String json) {
        return ApiObject.ofTree(Json.parseObject(json.replace('\'', '"'))).as(type);
    }

    private List<String> devices(Pod pod, int container) throws Exception {
        return resources.devices(pod, pod.getSpec().getContainers().get(container));
    }

    @Test
    void devicesArePreparedOnceAndUndoneAfterTheLastPod() throws Exception {
        try (PlayedDriver driver = driver("v1.DRAPlugin", "v1beta1.DRAPlugin")) {
            awaitRegistered(driver);
            Pod first = pod("p1", "");
            Pod second = pod("p2", ",'request':'other'");
            resources.prepare(first, List.of(claim("u1")));
            resources.prepare(second, List.of(claim("u1")));
            assertThat(driver.calls).containsExactly("prepare c1");
            assertThat(devices(first, 0)).containsExactly("example.com/gpu=c1");
            assertThat(devices(second, 0)).as("of a request that got no device").isEmpty();
            assertThat(devices(first, 1))
                    .as("of a container that asks for none")
                    .isEmpty();
            resources.release("p1");
            assertThat(driver.calls).hasSize(1);
            resources.release("p2");
            assertThat(driver.calls).containsExactly("prepare c1", "unprepare c1");
            resources.release("p2"); // there is nothing left to undo
            assertThat(driver.calls).hasSize(2);
        }
    }

    @Test
    void aDriverOfTheOldVersionIsGoodEnough() throws Exception {
        try (PlayedDriver driver = driver("v1beta1.DRAPlugin")) {
            awaitRegistered(driver);
            resources.prepare(pod("p1", ""), List.of(claim("u1")));
            assertThat(devices(pod("p1", ",'request':'gpu'"), 0)).containsExactly("example.com/gpu=c1");
        }
    }

    @Test
    void afterANewStartItIsKnownWhatHasToBeUndone() throws Exception {
        try (PlayedDriver driver = driver("v1.DRAPlugin")) {
            awaitRegistered(driver);
            resources.prepare(pod("p1", ""), List.of(claim("u1")));
            shut();
            driver.told.clear();
            open();
            assertThat(devices(pod("p1", ""), 0)).containsExactly("example.com/gpu=c1");
            awaitRegistered(driver);
            resources.release("p1");
            assertThat(driver.calls).containsExactly("prepare c1", "unprepare c1");
        }
    }

    @Test
    void whatADriverSaysIsTold() throws Exception {
        Pod pod = pod("p1", "");
        assertThatThrownBy(() -> resources.prepare(pod, List.of(claim("u1"))))
                .hasMessage("DRA driver gpu.example.com is not registered");
        try (PlayedDriver driver = driver("v1.DRAPlugin")) {
            awaitRegistered(driver);
            driver.error = "no power";
            assertThatThrownBy(() -> resources.prepare(pod, List.of(claim("u1"))))
                    .hasMessage("NodePrepareResources failed for ResourceClaim c1: no power");
            driver.error = "";
            resources.prepare(pod, List.of(claim("u1")));
            assertThatThrownBy(() -> resources.prepare(pod("p2", ""), List.of(claim("u2"))))
                    .hasMessageContaining("old ResourceClaim with same name c1 and different UID u1 still exists");
            driver.error = "busy";
            assertThatThrownBy(() -> resources.release("p1"))
                    .hasMessage("NodeUnprepareResources failed for ResourceClaim c1: busy");
            driver.error = "";
            resources.release("p1"); // it is tried again
            assertThat(driver.calls.getLast()).isEqualTo("unprepare c1");
        }
    }

    @Test
    void aPluginThatIsGoneCanComeBack() throws Exception {
        try (PlayedDriver driver = driver("v1.DRAPlugin")) {
            awaitRegistered(driver);
        }
        await().untilAsserted(() -> assertThatThrownBy(() -> resources.prepare(pod("p1", ""), List.of(claim("u1"))))
                .hasMessageContaining("is not registered"));
        try (PlayedDriver driver = driver("v1.DRAPlugin")) {
            awaitRegistered(driver);
            resources.prepare(pod("p1", ""), List.of(claim("u1")));
            assertThat(driver.calls).containsExactly("prepare c1");
        }
    }

    @Test
    void whoCannotBeUsedIsToldWhy() throws Exception {
        try (PlayedDriver odd = new PlayedDriver(dir.resolve("reg/odd.sock"), "OddPlugin", "odd");
                PlayedDriver old = driver("v1alpha3.Node")) {
            await().until(() -> !odd.told.isEmpty() && !old.told.isEmpty());
            assertThat(odd.told.getFirst().getError())
                    .isEqualTo("RegisterPlugin error -- no handler registered for plugin type: OddPlugin at socket "
                            + dir.resolve("reg/odd.sock"));
            assertThat(old.told.getFirst().getError())
                    .endsWith(
                            "none of services supported by the plugin ([\"v1alpha3.Node\"]) are supported by the kubelet ([\"v1.DRAPlugin\" \"v1beta1.DRAPlugin\"])");
        }
    }

    /** Until the drivers are back, nobody may be sent here for their devices. */
    @Test
    void slicesOfThisNodeAreRemovedAtStart() throws Exception {
        shut();
        slice("mine", TestNode.NAME);
        slice("theirs", "node-2");
        open();
        await().untilAsserted(() -> assertThat(
                        node.api().resources(ResourceSlice.class).list(ListOptions.ALL))
                .extracting(slice -> slice.getMetadata().getName())
                .containsExactly("theirs"));
    }

    private void slice(String name, String nodeName) {
        node.create(ResourceSlice.class, """
            {'apiVersion':'resource.k8s.io/v1','kind':'ResourceSlice','metadata':{'name':'%s'},
             'spec':{'driver':'gpu.example.com','nodeName':'%s','pool':{'name':'%s','generation':1,'resourceSliceCount':1},
              'devices':[{'name':'gpu-0'}]}}
            """.formatted(name, nodeName, nodeName));
    }
}
