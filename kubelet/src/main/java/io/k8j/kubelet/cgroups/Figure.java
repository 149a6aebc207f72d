package io.k8j.kubelet.cgroups;

/** A figure of a cgroup, and how cAdvisor's metrics name it. In the order in which they are written. */
public enum Figure {
    CPU_USER("container_cpu_user_seconds_total", "Cumulative user cpu time consumed in seconds.", "counter", ""),
    CPU_SYSTEM("container_cpu_system_seconds_total", "Cumulative system cpu time consumed in seconds.", "counter", ""),
    CPU_TOTAL(
            "container_cpu_usage_seconds_total",
            "Cumulative cpu time consumed in seconds.",
            "counter",
            "cpu=\"total\""),
    CPU_PERIODS("container_cpu_cfs_periods_total", "Number of elapsed enforcement period intervals.", "counter", ""),
    CPU_THROTTLED_PERIODS(
            "container_cpu_cfs_throttled_periods_total", "Number of throttled period intervals.", "counter", ""),
    CPU_THROTTLED(
            "container_cpu_cfs_throttled_seconds_total",
            "Total time duration the container has been throttled.",
            "counter",
            ""),
    MEMORY_CACHE("container_memory_cache", "Number of bytes of page cache memory.", "gauge", ""),
    MEMORY_RSS("container_memory_rss", "Size of RSS in bytes.", "gauge", ""),
    MEMORY_KERNEL("container_memory_kernel_usage", "Size of kernel memory allocated in bytes.", "gauge", ""),
    MEMORY_MAPPED("container_memory_mapped_file", "Size of memory mapped files in bytes.", "gauge", ""),
    MEMORY_SWAP("container_memory_swap", "Container swap usage in bytes.", "gauge", ""),
    MEMORY_FAILURES("container_memory_failcnt", "Number of memory usage hits limits", "counter", ""),
    MEMORY_USAGE(
            "container_memory_usage_bytes",
            "Current memory usage in bytes, including all memory regardless of when it was accessed",
            "gauge",
            ""),
    MEMORY_MOST("container_memory_max_usage_bytes", "Maximum memory usage recorded in bytes", "gauge", ""),
    MEMORY_WORKING_SET("container_memory_working_set_bytes", "Current working set in bytes.", "gauge", ""),
    MEMORY_ACTIVE_FILE("container_memory_total_active_file_bytes", "Current total active file in bytes.", "gauge", ""),
    MEMORY_INACTIVE_FILE(
            "container_memory_total_inactive_file_bytes", "Current total inactive file in bytes.", "gauge", ""),
    PAGE_FAULTS(
            "container_memory_failures_total",
            "Cumulative count of memory allocation failures.",
            "counter",
            "failure_type=\"pgfault\",scope=\"hierarchy\""),
    MAJOR_PAGE_FAULTS(
            "container_memory_failures_total",
            "Cumulative count of memory allocation failures.",
            "counter",
            "failure_type=\"pgmajfault\",scope=\"hierarchy\""),
    OUT_OF_MEMORY(
            "container_oom_events_total", "Count of out of memory events observed for the container", "counter", ""),
    PROCESSES("container_processes", "Number of processes running inside the container.", "gauge", ""),
    THREADS("container_threads", "Number of threads running inside the container", "gauge", ""),
    THREADS_LIMIT(
            "container_threads_max",
            "Maximum number of threads allowed inside the container, infinity if value is zero",
            "gauge",
            ""),
    SPEC_CPU_PERIOD("container_spec_cpu_period", "CPU period of the container.", "gauge", ""),
    SPEC_CPU_QUOTA("container_spec_cpu_quota", "CPU quota of the container.", "gauge", ""),
    SPEC_CPU_SHARES("container_spec_cpu_shares", "CPU share of the container.", "gauge", ""),
    SPEC_MEMORY_LIMIT("container_spec_memory_limit_bytes", "Memory limit for the container.", "gauge", ""),
    SPEC_MEMORY_RESERVATION(
            "container_spec_memory_reservation_limit_bytes",
            "Memory reservation limit for the container.",
            "gauge",
            ""),
    SPEC_SWAP_LIMIT("container_spec_memory_swap_limit_bytes", "Memory swap limit for the container.", "gauge", "");

    private final String metric;
    private final String help;
    private final String type;
    private final String labels;

    Figure(String metric, String help, String type, String labels) {
        this.metric = metric;
        this.help = help;
        this.type = type;
        this.labels = labels;
    }

    public String metric() {
        return metric;
    }

    public String help() {
        return help;
    }

    public String type() {
        return type;
    }

    /** Labels that the metric has beside those of the container, such as {@code cpu="total"}; may be empty. */
    public String labels() {
        return labels;
    }
}
