package io.k8j.server;

import io.k8j.client.Client;
import io.k8j.model.time.Time;

/** The parts of a node reach their cluster by this, whether its API server runs in this process or elsewhere. */
public interface ClusterAccess {
    /**
     * A client for one program; the caller need not close it.
     *
     * @param user whom it acts as, where the API server takes this process's word for it; an agent acts as its node
     */
    Client client(String program, String user, String... groups);

    Time time();
}
