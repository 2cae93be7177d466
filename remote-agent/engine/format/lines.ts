// Formats that stand ready: what a line looks like when nobody asked for another.

/** Into a file or pipe. */
export const PLAIN = '*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info';
/** On a terminal, in colours. */
export const COLOURED = '*%evt.num %evt.outputtime %evt.cpu \\e[01;32m%proc.name\\e[00m (\\e[01;36m%proc.pid\\e[00m.%thread.tid) %evt.dir \\e[01;34m%evt.type\\e[00m %evt.info';
/** With the container (-pc). */
export const CONTAINERS = '*%evt.num %evt.outputtime %evt.cpu %container.name (%container.id) %proc.name (%thread.tid:%thread.vtid) %evt.dir %evt.type %evt.info';
/** With the pod (-pk). */
export const KUBERNETES = CONTAINERS.replace('%container.name', '%k8s.pod.name');
/** With the task (-pm). */
export const MESOS = CONTAINERS.replace('%container.name', '%mesos.task.name');
