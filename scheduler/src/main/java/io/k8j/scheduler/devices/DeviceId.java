package io.k8j.scheduler.devices;

/** Names a device in the cluster. */
public record DeviceId(String driver, String pool, String device) {
    @Override
    public String toString() {
        return driver + "/" + pool + "/" + device;
    }
}
