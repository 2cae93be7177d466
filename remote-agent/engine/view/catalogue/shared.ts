// What views have in common.

/** Keys of orchestrators that most views can be narrowed to. */
export const ORCHESTRATED = ['k8s.pod.id', 'k8s.rc.id', 'k8s.rs.id', 'k8s.svc.id', 'k8s.ns.id', 'marathon.app.id', 'marathon.group.name', 'mesos.task.id', 'mesos.framework.name'] as const;
