// Where Docker's engine listens; how engines are asked is in engines/.
export { dockerSocket } from './engines/sockets.ts';
