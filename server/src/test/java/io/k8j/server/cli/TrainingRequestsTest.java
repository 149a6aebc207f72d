package io.k8j.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.StoreConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingRequestsTest {
    @Test
    void everyRequestIsOneThatTheServerCarriesOut() throws Exception {
        try (SystemTime time = new SystemTime();
                MemoryStore store = MemoryStore.open(StoreConfig.DEFAULTS);
                ApiServerCore core = ApiServerCore.open(store, CoreConfig.DEFAULTS, time, ApiServerCore.Parts.open())) {
            ApiTransport transport = core.transport(UserInfo.of("train", "system:masters"), "train");
            new TrainingRequests(transport).run(3);

            ApiObject lease = get(transport, new GroupVersionResource("coordination.k8s.io", "v1", "leases"), "lease");
            assertThat(Trees.string(lease.tree(), "spec", "renewTime")).isEqualTo("2026-01-01T00:00:00.000002Z");
            ApiObject pod = get(transport, new GroupVersionResource("", "v1", "pods"), "pod");
            assertThat(Trees.list(pod.tree(), "status", "conditions")).hasSize(1);
        }
    }

    private static ApiObject get(ApiTransport transport, GroupVersionResource resource, String name) {
        return transport
                .call(new ApiCall(Verb.GET, resource, "default", name, "", Map.of(), null, null))
                .object();
    }
}
