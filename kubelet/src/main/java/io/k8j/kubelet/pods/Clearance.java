package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.linux.FileTrees;
import io.k8j.kubelet.pods.config.Cgroups;
import io.k8j.kubelet.pods.config.SandboxConfigs;
import io.k8j.kubelet.pods.plan.RuntimePod;
import java.io.IOException;
import java.util.List;

/** Lets go of what one Pod had on the node, once nothing of it runs any more. Owned by the Pod's worker. */
final class Clearance {
    private final PodContext context;
    private final String uid;
    private final DeviceKeeper devices;
    private final VolumeKeeper volumes;

    Clearance(PodContext context, String uid, DeviceKeeper devices, VolumeKeeper volumes) {
        this.context = context;
        this.uid = uid;
        this.devices = devices;
        this.volumes = volumes;
    }

    /** Gives back what others may use; the sandboxes and the logs stay as long as the object. */
    void giveBack(Pod pod) throws IOException, InterruptedException {
        context.hostPorts().set(uid, List.of());
        devices.release(pod);
        volumes.tearDown();
        Cgroups.remove(pod, context.node());
        context.objects().release(uid);
        context.images().release(uid);
        context.allocations().release(uid);
    }

    /** Deletes the object. */
    void deleteObject(Pod pod) {
        context.pods()
                .deleteIfPresent(ObjectKey.of(pod), DeleteOptions.ofUid(uid).gracePeriod(0));
    }

    /** Removes what was kept as long as the object was there. */
    void removeTraces(Pod pod, RuntimePod runtime) throws IOException {
        for (RuntimePod.Sandbox sandbox : runtime.sandboxes()) context.runtime().removePodSandbox(sandbox.id());
        FileTrees.unmountAndDelete(SandboxConfigs.logDirectory(pod, context.node()));
    }
}
