package io.k8j.e2e.clients;

import io.k8j.junit.K8j;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official JavaScript client runs {@code clients/node/suite.test.mjs} against a cluster in this JVM. */
@K8j
class NodeClientIT {
    @Test
    void theSuitePasses(@TempDir Path directory, @K8j.Namespace String namespace, @K8j.Kubeconfig Path kubeconfig)
            throws IOException, InterruptedException {
        NodeSuite.orSkip(directory, "suite.test.mjs").passes("suite.test.mjs", 6, kubeconfig, namespace);
    }
}
