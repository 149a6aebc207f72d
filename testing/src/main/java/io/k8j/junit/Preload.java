package io.k8j.junit;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.model.api.ApiObject;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Lets a second thread load what the first cluster of a JVM needs later, while the first one makes certificates. It does
 * nothing that would not be done anyway, only earlier.
 */
final class Preload {
    private static final List<Class<? extends HasMetadata>> MODELS = List.of(
            ClusterRole.class,
            Node.class,
            Namespace.class,
            ServiceAccount.class,
            ConfigMap.class,
            Lease.class,
            Pod.class,
            Service.class,
            Deployment.class,
            ReplicaSet.class,
            DaemonSet.class,
            StatefulSet.class,
            Job.class,
            CronJob.class);

    private static final Thread THREAD =
            Thread.ofPlatform().daemon().name("preload").start(Preload::run);

    private Preload() {}

    /** Starts it, once for all clusters. */
    static void begin() {
        THREAD.setName("preload");
    }

    private static void run() {
        ResourceTable.builtIn(CoreConfig.DEFAULTS.cacheLimits());
        MODELS.forEach(
                model -> ApiObject.ofJson("{}".getBytes(StandardCharsets.UTF_8)).as(model));
    }
}
