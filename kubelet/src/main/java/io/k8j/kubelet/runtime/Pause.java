package io.k8j.kubelet.runtime;

import io.grpc.Status;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.model.time.Time;
import java.time.Duration;

/** Lets a call take its time. */
final class Pause {
    private Pause() {}

    /** @throws RuntimeFailure if the caller is interrupted meanwhile */
    static void of(Time time, Duration span) {
        if (span.isZero()) return;
        try {
            time.sleep(span);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFailure(Status.Code.CANCELLED, "interrupted", null);
        }
    }
}
