package io.k8j.kubelet.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Node;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.v1.RuntimeHandler;
import io.k8j.kubelet.cri.v1.RuntimeHandlerFeatures;
import io.k8j.kubelet.cri.v1.StatusResponse;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.kubelet.testing.TestNode;
import io.k8j.model.api.ApiException;
import io.k8j.model.time.SystemTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node tells of its runtime. */
class NodeFactsTest {
    @TempDir
    Path dir;

    /** A runtime that says what its handlers can do, as containerd does from 2.0 on. */
    private static ContainerRuntime withHandlers(ContainerRuntime real) {
        return (ContainerRuntime) Proxy.newProxyInstance(
                NodeFactsTest.class.getClassLoader(), new Class<?>[] {ContainerRuntime.class}, (self, method, args) -> {
                    try {
                        Object answer = method.invoke(real, args);
                        return answer instanceof StatusResponse status
                                ? status.toBuilder()
                                        .addRuntimeHandlers(handler("", true))
                                        .addRuntimeHandlers(handler("kata", false))
                                        .build()
                                : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static RuntimeHandler handler(String name, boolean can) {
        return RuntimeHandler.newBuilder()
                .setName(name)
                .setFeatures(RuntimeHandlerFeatures.newBuilder()
                        .setRecursiveReadOnlyMounts(can)
                        .setUserNamespaces(can))
                .build();
    }

    @Test
    void whatTheRuntimesHandlersCanDoIsInTheStatus() throws Exception {
        try (SystemTime time = new SystemTime();
                TestNode node = new TestNode(withHandlers(new SimulatedRuntime(time, "10.42.0.")), dir, true)) {
            await().ignoreException(ApiException.class)
                    .untilAsserted(
                            () -> { // until it has registered
                                Node told = node.api().resources(Node.class).get(ObjectKey.of(TestNode.NAME));
                                assertThat(told.getStatus().getRuntimeHandlers())
                                        .extracting(
                                                handler -> handler.getName(),
                                                handler -> handler.getFeatures().getRecursiveReadOnlyMounts(),
                                                handler -> handler.getFeatures().getUserNamespaces())
                                        .containsExactly(
                                                Tuple.tuple("", true, true), Tuple.tuple("kata", false, false));
                            });
        }
    }
}
